import type { DataConverter } from "@temporalio/common";
import { NativeConnection, Worker } from "@temporalio/worker";
import {
  type ActivityPorts,
  createEffectActivities,
  createPolicyActivities,
  createRecordActivities,
} from "../../activities/index.js";
import { EFFECTS_QUEUE, INCIDENTS_QUEUE, POLICY_QUEUE } from "../../workflows/messages.js";
import { WORKFLOW_BUNDLE } from "./bundle.js";
import { installRuntime } from "./runtime.js";

export interface WorkerOptions {
  readonly address: string;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  readonly ports: ActivityPorts;
  readonly log: (line: string) => void;
}

export interface RunningWorkers {
  /** Settles when the workers have stopped: rejected where one failed. */
  readonly done: Promise<void>;
  /** Stops polling, lets running activities end, resolves when all are out. */
  stop(): Promise<void>;
}

/** Three queues in one process: the workflow with append, decisions, and effects as a bulkhead. */
export async function startWorkers({
  address,
  namespace,
  dataConverter,
  ports,
  log,
}: WorkerOptions): Promise<RunningWorkers> {
  installRuntime(log);
  const connection = await NativeConnection.connect({ address });
  const common = { connection, namespace, dataConverter, shutdownGraceTime: "10s" as const };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: INCIDENTS_QUEUE,
      workflowBundle: { codePath: WORKFLOW_BUNDLE },
      activities: createRecordActivities(ports),
    }),
    Worker.create({ ...common, taskQueue: POLICY_QUEUE, activities: createPolicyActivities(ports) }),
    Worker.create({
      ...common,
      taskQueue: EFFECTS_QUEUE,
      activities: createEffectActivities(ports),
      maxConcurrentActivityTaskExecutions: 20,
    }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const done = running.then(() => connection.close());
  done.catch(() => undefined);
  return { done, stop: () => stopAll(workers, done) };
}

async function stopAll(workers: readonly Worker[], done: Promise<void>): Promise<void> {
  for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  await done;
}
