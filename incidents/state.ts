import type { ClearOf, StepClear } from "./events.js";
import type { Phase, Risk } from "./vocabulary.js";

export interface Vote {
  readonly eid: string;
  readonly seq: number;
  readonly at: string;
  readonly person: string;
  readonly verdict: "approve" | "reject" | "revoke";
  readonly plan: string;
  readonly requirement: string;
  readonly requirementDigest: string;
  readonly assurance: "session" | "passkey";
  readonly onBehalfOf: string | null;
  readonly groups: readonly string[];
}

export interface Evidence {
  readonly eid: string;
  readonly type: string;
  readonly status: "verified" | "unverified";
  readonly plan: string | null;
  readonly step: number | null;
  /** A person's id, or "system" where a connector showed it. */
  readonly by: string;
  readonly at: string;
}

export interface Task {
  readonly eid: string;
  readonly status: "open" | "done" | "dropped";
  readonly owner: string | null;
  readonly dueAt: string | null;
}

export interface Alert {
  readonly source: string;
  readonly episode: number;
  readonly firing: boolean;
}

export interface Plan {
  readonly digest: string;
  /** seq of its PlanProposed. */
  readonly seq: number;
  readonly risk: Risk;
  readonly executor: string;
  readonly authors: readonly string[];
  readonly requestedBy: string;
  readonly steps: readonly StepClear[];
  readonly successCheck: ClearOf<"PlanProposed">["successCheck"];
  /** The policy that it was submitted under. */
  readonly policy: string;
  /** The target moved under the approved plan, or its execution was stopped: nobody approved what would run now. */
  readonly voided: boolean;
}

export type StepStatus = "pending" | "in-flight" | "unknown" | "succeeded" | "failed" | "not-done";

export interface StepRun {
  readonly status: StepStatus;
  /** seq of the latest StepAuthorised of the step itself; null before the first. */
  readonly seq: number | null;
  readonly decision: string | null;
  readonly approvals: readonly string[];
  readonly rollback: StepStatus;
}

export interface InFlight {
  /** seq of the StepAuthorised. */
  readonly seq: number;
  readonly step: string;
  readonly rollback: boolean;
  /** The effect may or may not have happened; a person or a read-back settles it. */
  readonly unknown: boolean;
}

export interface Run {
  readonly steps: { readonly [step: string]: StepRun };
  readonly inFlight: InFlight | null;
  readonly stopRequested: boolean;
  readonly rollingBack: boolean;
  readonly held: { readonly step: string; readonly code: string; readonly seq: number } | null;
}

export interface GateRecord {
  readonly seq: number;
  readonly gate: ClearOf<"GateEvaluated">["gate"];
  readonly step: string | null;
  readonly verdict: ClearOf<"GateEvaluated">["verdict"];
  readonly validUntil: string | null;
  readonly decisionDigest: string;
  readonly policyDigest: string;
}

/** How many hashes and decisions a vote may look back on (receipts/SPEC.md, `at_head`). */
export const VIEW_DEPTH = 500;

interface Common {
  readonly org: string;
  readonly inc: string;
  /** The next event's. */
  readonly seq: number;
  readonly head: string;
  /** The hashes of the last events, newest last; at most VIEW_DEPTH. */
  readonly hashes: readonly string[];
  readonly at: string;
  readonly openedAt: string;
  readonly semantics: 1;
  readonly openedBy: "alert" | "person";
  readonly opener: string;
  readonly drill: boolean;
  readonly class: string;
  readonly severity: number;
  readonly urgency: "high" | "low";
  readonly linkedTo: string | null;
  readonly owner: string | null;
  readonly acknowledged: boolean;
  readonly roles: { readonly [role: string]: string };
  readonly responders: readonly string[];
  readonly alerts: readonly Alert[];
  readonly suppressed: number;
  readonly plans: number;
  readonly votes: readonly Vote[];
  /** seq of the latest event that makes older views of the plan stale: a plan, a reject, a new classification. */
  readonly viewFloor: number;
  readonly decisions: readonly { readonly seq: number; readonly digest: string }[];
  readonly gate: GateRecord | null;
  readonly evidence: readonly Evidence[];
  readonly tasks: readonly Task[];
  readonly debts: readonly { readonly id: string; readonly open: boolean; readonly dueAt: string }[];
  readonly refusals: { readonly [actor: string]: number };
  /** Head of the prefix that ended with the latest earlier end or addendum; null before the first. */
  readonly supersedes: string | null;
}

type In<P extends Phase, Rest> = Common & { readonly phase: P } & Rest;
type Unplanned = { readonly plan: null; readonly run: null; readonly validation: null };
export type Validation = "passed" | "failed" | "waived";

/** Before seq 0. */
export interface Unopened {
  readonly phase: "none";
  readonly org: string;
  readonly inc: string;
  readonly seq: 0;
  readonly head: string;
}

export type Open = In<"open", Unplanned>;
export type Planned = In<"planned", { readonly plan: Plan; readonly run: null; readonly validation: null }>;
export type Executing = In<"executing", { readonly plan: Plan; readonly run: Run; readonly validation: null }>;
export type Verifying = In<
  "verifying",
  { readonly plan: Plan; readonly run: Run; readonly validation: Validation | null }
>;
type After = { readonly plan: Plan | null; readonly run: Run | null; readonly validation: Validation | null };
export type Resolved = In<"resolved", After>;
export type Ended = In<"closed" | "cancelled", After>;
export type Live = Open | Planned | Executing | Verifying | Resolved;
export type Opened = Live | Ended;
export type State = Unopened | Opened;

export const isEnded = (state: State): state is Ended => state.phase === "closed" || state.phase === "cancelled";

/** The seq of an event by its hash, where it is among the last VIEW_DEPTH; null otherwise. */
export function seqOfHash(state: Opened, hash: string): number | null {
  const i = state.hashes.lastIndexOf(hash);
  return i < 0 ? null : state.seq - state.hashes.length + i;
}

/** Steps that no StepAuthorised covers yet: what a vote can still act on. */
export const undispatchedSteps = (state: Executing): readonly StepClear[] =>
  state.plan.steps.filter((step) => ["pending", "failed", "not-done"].includes(state.run.steps[step.id]!.status));

/** The first step in order that hasn't succeeded: the only one that may be authorised. */
export const nextStep = (plan: Plan, run: Run): StepClear | null =>
  plan.steps.find((step) => run.steps[step.id]!.status !== "succeeded") ?? null;

/** The last step, in order, whose effect stands or may stand and that has a way back not yet gone. */
export const nextRollback = (plan: Plan, run: Run): StepClear | null =>
  plan.steps.findLast((step) => {
    const { status, rollback } = run.steps[step.id]!;
    return step.rollback !== null && status !== "pending" && status !== "not-done" && rollback !== "succeeded";
  }) ?? null;

/** The votes that a StepAuthorised names: each approver's latest on each requirement, where it approves this plan. */
export function standingApprovals(state: Opened): readonly string[] {
  const latest = new Map<string, Vote>();
  for (const vote of state.votes) latest.set(`${vote.requirement} ${vote.person} ${vote.onBehalfOf}`, vote);
  return [...latest.values()]
    .filter((vote) => vote.verdict === "approve" && vote.plan === state.plan?.digest)
    .map((vote) => vote.eid);
}
