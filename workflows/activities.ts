import { ActivityFailure, ApplicationFailure, proxyActivities } from "@temporalio/workflow";
import type { EffectActivities, PolicyActivities, RecordActivities } from "../activities/index.js";
import { EFFECTS_QUEUE, INCIDENTS_QUEUE, POLICY_QUEUE } from "./messages.js";

const patiently = { initialInterval: "200ms", maximumInterval: "10s", backoffCoefficient: 2 } as const;

/** Retried until it is done: the incident can't go on without its record. */
export const appending = proxyActivities<RecordActivities>({
  taskQueue: INCIDENTS_QUEUE,
  // Longer than the event log takes to answer, and no longer: a worker that died in between is noticed by it.
  startToCloseTimeout: "15s",
  retry: { ...patiently, nonRetryableErrorTypes: ["EnvelopeRefused", "EventUnwritable", "SequenceConflict"] },
});

export const judging = proxyActivities<PolicyActivities>({
  taskQueue: POLICY_QUEUE,
  startToCloseTimeout: "30s",
  retry: patiently,
});

/** A worker that died is noticed by the time-out; what it had begun is only read back by the next. */
export const effects = proxyActivities<EffectActivities>({
  taskQueue: EFFECTS_QUEUE,
  startToCloseTimeout: "10 minutes",
  heartbeatTimeout: "20s",
  retry: patiently,
});

export const isFailure = (error: unknown, type: "EnvelopeRefused" | "EventUnwritable" | "SequenceConflict"): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type;
