import { proxySinks, type Sinks, type WorkflowInterceptorsFactory } from "@temporalio/workflow";

/** What a replay reports of the workflow's calls; replay alone doesn't compare their arguments with the history's. */
export interface ReplaySinks extends Sinks {
  readonly replay: { scheduled(activityType: string, args: readonly unknown[]): void };
}

/** Only in the replay bundle: tells each activity that the workflow schedules. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) => {
        proxySinks<ReplaySinks>().replay.scheduled(input.activityType, input.args);
        return next(input);
      },
    },
  ],
});
