import type { Body } from "./commands.js";
import type { ClearOf } from "./events.js";
import { nextStep, type Opened, type State } from "./state.js";

export type Gate = ClearOf<"GateEvaluated">["gate"];

/** What a gate's evaluation says, in the incident's own terms; `policy/` maps its Decision to it (incident.md, "Who judges what"). */
export interface Judgement extends ClearOf<"GateEvaluated"> {
  readonly stateSeq: number;
  /** Votes that don't count and why, among them perhaps the one that is being judged. */
  readonly discounted: readonly { readonly approval: string; readonly reason: string }[];
  /** The voter's groups among those that the policy reads; empty where nobody votes. */
  readonly voterGroups: readonly string[];
  /** The digest of the requirement that the vote names, as the pinned policy words it; null where there is none. */
  readonly requirementDigest: string | null;
  /** Digests of the facts sections and policies that the record must carry. */
  readonly attachments: readonly string[];
}

/** The gate refused to judge: the command is refused with the code. */
export interface GateRefusal {
  readonly refused: string;
}

export interface GateQuestion {
  readonly gate: Gate;
  readonly step: string | null;
}

/** Which gate must judge a command before it is decided; null where none must. */
export function gateFor(state: State, body: Body): GateQuestion | null {
  switch (body.type) {
    case "propose-plan":
      return { gate: "submit", step: null };
    case "start":
    case "system-start":
      return state.phase === "planned" ? { gate: "start", step: null } : null;
    case "authorise-step":
      return body.rollback ? null : { gate: "step", step: body.step };
    case "vote":
    case "attach-evidence":
    case "verify-evidence":
    case "evidence-read-back":
    case "re-evaluate":
      return state.phase === "none" ? null : gateInForce(state);
    default:
      return null;
  }
}

/** The gate that what arrives now can move: `start` in planned, `step` of the next step in executing. */
export function gateInForce(state: Opened): GateQuestion | null {
  if (state.phase === "planned") return { gate: "start", step: null };
  if (state.phase !== "executing" || state.run.rollingBack) return null;
  const step = nextStep(state.plan, state.run);
  return step === null || state.run.inFlight?.step === step.id ? null : { gate: "step", step: step.id };
}
