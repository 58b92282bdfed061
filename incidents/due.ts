import { gateInForce } from "./judgement.js";
import { type Executing, nextRollback, nextStep, type Planned, type State } from "./state.js";

/** What the workflow owes the incident without anybody asking: it follows from the state alone, so that no crash forgets it. */
export type Due =
  | { readonly kind: "advance" }
  | { readonly kind: "start"; readonly plan: string }
  | {
      readonly kind: "dispatch";
      readonly plan: string;
      readonly step: string;
      readonly rollback: boolean;
      readonly targets: readonly string[];
    }
  | { readonly kind: "execute"; readonly seq: number; readonly step: string }
  | { readonly kind: "check"; readonly plan: string; readonly planSeq: number };

export function dueOf(state: State): Due | null {
  switch (state.phase) {
    case "planned":
      return state.plan.executor === "system" && startIsReady(state)
        ? { kind: "start", plan: state.plan.digest }
        : null;
    case "executing":
      return dueInExecution(state);
    case "verifying":
      return state.validation === null && !state.run.rollingBack && state.plan.successCheck.kind === "probe"
        ? { kind: "check", plan: state.plan.digest, planSeq: state.plan.seq }
        : null;
    default:
      return null;
  }
}

/** A plan that asks for nothing is ready when it is submitted: no vote and no evidence will come to open the gate `start`. */
const startIsReady = (state: Planned): boolean =>
  state.gate !== null && state.gate.seq > state.plan.seq && state.gate.verdict === "ready" && !state.plan.voided;

function dueInExecution(state: Executing): Due | null {
  const { plan, run } = state;
  if (run.inFlight) return effectInFlight(state);
  if (run.rollingBack) return dueInRollback(state);
  const next = nextStep(plan, run);
  if (next === null || run.stopRequested) return { kind: "advance" };
  if (run.steps[next.id]!.status === "failed" || plan.voided) return null;
  return { kind: "dispatch", plan: plan.digest, step: next.id, rollback: false, targets: next.targets };
}

function dueInRollback({ plan, run }: Executing): Due | null {
  const back = nextRollback(plan, run);
  if (back === null) return { kind: "advance" };
  if (run.steps[back.id]!.rollback === "failed") return null;
  return { kind: "dispatch", plan: plan.digest, step: back.id, rollback: true, targets: back.targets };
}

/** A manual step waits for its person, and an unknown outcome for somebody who looks. */
function effectInFlight({ plan, run }: Executing): Due | null {
  const { seq, step, unknown } = run.inFlight!;
  const manual = plan.steps.find((s) => s.id === step)!.connector === "manual";
  return manual || unknown ? null : { kind: "execute", seq, step };
}

/** When the gate in force must be judged again although nothing arrived; null where no decision runs out. */
export const reevaluateAt = (state: State): string | null =>
  state.phase !== "none" && gateInForce(state) !== null ? (state.gate?.validUntil ?? null) : null;

/**
 * Whether a gate that nobody is asked about keeps a plan of the system's waiting: what blocks it may be another incident's action, the
 * catalogue or the directory, and none of these tells us when it changes.
 */
export const blockedOnFacts = (state: State): boolean =>
  state.phase === "planned" &&
  state.plan.executor === "system" &&
  !state.plan.voided &&
  state.gate?.verdict === "blocked";
