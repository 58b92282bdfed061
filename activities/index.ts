import { Context } from "@temporalio/activity";
import { type AppendPorts, createAppend } from "./append.js";
import { createEvaluateGate, type GatePorts } from "./evaluate-gate.js";
import { createExecuteStep, type StepPorts } from "./execute-step.js";
import { createLoadTail, type TailPorts } from "./load-tail.js";
import { createLockTargets, createUnlockTargets } from "./locks.js";
import type { Locks } from "./ports.js";
import { createReadEvidence, type EvidencePorts } from "./read-evidence.js";
import { type CheckPorts, createRunCheck } from "./run-check.js";

export type ActivityPorts = AppendPorts &
  TailPorts &
  GatePorts &
  StepPorts &
  CheckPorts &
  EvidencePorts & { readonly locks: Locks };

/** What runs beside the workflow on the `incidents` queue. */
export const createRecordActivities = (ports: ActivityPorts) => ({
  append: createAppend(ports),
  loadTail: createLoadTail(ports),
});

/** What runs on the `policy` queue: facts, locks and decisions. */
export const createPolicyActivities = (ports: ActivityPorts) => ({
  evaluateGate: createEvaluateGate(ports),
  lockTargets: createLockTargets(ports.locks),
  unlockTargets: createUnlockTargets(ports.locks),
});

/** What runs on the `side-effects` queue: all that touches somebody else's system. */
export const createEffectActivities = (ports: ActivityPorts) => ({
  executeStep: heartbeating(createExecuteStep(ports)),
  runCheck: heartbeating(createRunCheck(ports)),
  readEvidence: heartbeating(createReadEvidence(ports)),
});

const HEARTBEAT_MS = 5_000;

/** Tells the server that the worker is alive, so that a dead one is noticed in seconds and not at the effect's time-out. */
const heartbeating =
  <A, R>(effect: (argument: A) => Promise<R>) =>
  async (argument: A): Promise<R> => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    return effect(argument).finally(() => clearInterval(beat));
  };

export type RecordActivities = ReturnType<typeof createRecordActivities>;
export type PolicyActivities = ReturnType<typeof createPolicyActivities>;
export type EffectActivities = ReturnType<typeof createEffectActivities>;
