import { stepKey } from "./digest.js";
import type { ClearOf, EventType, Fact } from "./events.js";
import { mayMake } from "./speakers.js";
import {
  type Executing,
  nextRollback,
  nextStep,
  type Opened,
  type State,
  seqOfHash,
  standingApprovals,
  undispatchedSteps,
} from "./state.js";
import type { Phase } from "./vocabulary.js";

/** A fact before it has its hash: what the law needs to know of an event. */
export type Proposal<T extends EventType = EventType> = T extends EventType
  ? Omit<Extract<Fact, { typ: T }>, "hash">
  : never;

interface Rule<T extends EventType> {
  readonly from: readonly (Phase | "none")[];
  /** The code that refuses it, or null where it is lawful. */
  readonly refuse?: (state: Opened, event: Proposal<T>) => string | null;
}

const LIVE = ["open", "planned", "executing", "verifying", "resolved"] as const;
const ENDED = ["closed", "cancelled"] as const;
const anyTime = { from: LIVE };

/** Every phase × event pair is decided here (incident.md, "Phases"): what isn't listed is refused. */
const RULES: { readonly [T in EventType]: Rule<T> } = {
  IncidentOpened: { from: ["none"] },
  AlertFired: anyTime,
  AlertResolved: anyTime,
  AlertsSuppressed: anyTime,
  ClassificationChanged: { from: LIVE, refuse: (s, e) => mayReclassify(s, e) },
  OwnerAssigned: anyTime,
  RoleChanged: anyTime,
  ResponderJoined: anyTime,
  ResponderLeft: anyTime,
  HandoverAccepted: anyTime,
  Acknowledged: anyTime,
  Escalated: anyTime,
  PlanProposed: {
    from: ["open", "planned", "executing", "verifying"],
    refuse: (s, e) => noneInFlight(s) ?? uniqueSteps(e),
  },
  PlanWithdrawn: { from: ["planned"], refuse: samePlan },
  GateEvaluated: { from: ["open", "planned", "executing", "verifying"], refuse: (s, e) => gateIsSound(s, e) },
  ApprovalRequested: { from: ["planned", "executing"], refuse: samePlan },
  ApprovalGranted: { from: LIVE, refuse: (s, e) => voteIsTimely(s, e) },
  ApprovalRejected: { from: LIVE, refuse: (s, e) => voteIsTimely(s, e) },
  ApprovalRevoked: {
    from: LIVE,
    refuse: (s, e) => voteIsTimely(s, e) ?? (hasVoted(s, e) ? null : "NOTHING_TO_REVOKE"),
  },
  ApprovalExpired: { from: ["planned", "executing"], refuse: (s, e) => known(s.votes, e.clear.approval) },
  BreakGlassInvoked: { from: ["planned", "executing"], refuse: samePlan },
  DebtIncurred: anyTime,
  DebtSettled: {
    from: LIVE,
    refuse: (s, e) => (s.debts.some((d) => d.id === e.clear.debt && d.open) ? null : "DEBT_UNKNOWN"),
  },
  ExecutionStarted: { from: ["planned"], refuse: (s, e) => samePlan(s, e) ?? mayStart(s, e) },
  StepAuthorised: {
    from: ["executing"],
    refuse: (s, e) => samePlan(s, e) ?? noneInFlight(s) ?? mayRun(s as Executing, e),
  },
  StepHeld: { from: ["executing"], refuse: (s, e) => samePlan(s, e) ?? noneInFlight(s) },
  StepSucceeded: { from: ["executing"], refuse: isInFlight },
  StepFailed: { from: ["executing"], refuse: isInFlight },
  StepOutcomeUnknown: { from: ["executing"], refuse: isInFlight },
  StepConfirmed: { from: ["executing"], refuse: (s, e) => isInFlight(s, e) ?? mayConfirm(s as Executing, e) },
  StopRequested: {
    from: ["executing"],
    refuse: (s, e) => samePlan(s, e) ?? (s.run?.stopRequested ? "ALREADY_STOPPING" : null),
  },
  ExecutionStopped: {
    from: ["executing"],
    refuse: (s, e) => samePlan(s, e) ?? noneInFlight(s) ?? (s.run?.stopRequested ? null : "STOP_NOT_REQUESTED"),
  },
  RollbackStarted: {
    from: ["executing", "verifying"],
    refuse: (s, e) => samePlan(s, e) ?? noneInFlight(s) ?? mayRollBack(s),
  },
  RollbackFinished: {
    from: ["executing"],
    refuse: (s, e) => samePlan(s, e) ?? noneInFlight(s) ?? (isRolledBack(s) ? null : "ROLLBACK_NOT_FINISHED"),
  },
  ExecutionFinished: {
    from: ["executing"],
    refuse: (s, e) => samePlan(s, e) ?? noneInFlight(s) ?? (isDone(s) ? null : "STEPS_LEFT"),
  },
  ValidationRecorded: { from: ["verifying"], refuse: (s, e) => samePlan(s, e) ?? mayValidate(s, e) },
  IncidentResolved: { from: ["open", "planned", "verifying"], refuse: (s, e) => mayResolve(s, e.clear.how) },
  IncidentReopened: { from: ["resolved"] },
  IncidentClosed: { from: ["resolved"], refuse: (s, e) => mayClose(s, e.clear) },
  IncidentCancelled: { from: ["open", "planned"], refuse: (_, e) => namesTheOther(e) },
  EvidenceAttached: { from: LIVE, refuse: mayAttach },
  EvidenceVerified: { from: LIVE, refuse: (s, e) => mayVerifyEvidence(s, e) },
  TaskAdded: anyTime,
  TaskAssigned: { from: LIVE, refuse: (s, e) => openTask(s, e.clear.task) },
  TaskDone: { from: LIVE, refuse: (s, e) => openTask(s, e.clear.task) },
  TaskDropped: { from: LIVE, refuse: (s, e) => openTask(s, e.clear.task) },
  ReferenceLinked: anyTime,
  UpdatePublished: anyTime,
  NoteAdded: anyTime,
  CommandRefused: anyTime,
  AddendumAdded: { from: ENDED },
  SealedErased: { from: ENDED },
};

/**
 * The code that refuses an event in a state, or null where it is lawful. `decide` asks it before it makes an event, `evolve`
 * before it takes one, so that the workflow can't write what the verifier would refuse.
 */
export function refusalOf(state: State, event: Proposal): string | null {
  const rule = RULES[event.typ] as Rule<EventType>;
  if (state.phase === "none") return event.typ === "IncidentOpened" ? wrongActor(event) : "INCIDENT_NOT_OPEN";
  if (!rule.from.includes(state.phase))
    return ENDED.includes(state.phase as "closed") ? "INCIDENT_CLOSED" : "NOT_IN_THIS_PHASE";
  return rule.refuse?.(state, event) ?? wrongActor(event);
}

const wrongActor = ({ typ, actor }: Proposal): string | null => (mayMake(typ, actor.kind) ? null : "WRONG_ACTOR");

function samePlan(state: Opened, event: { readonly clear: { readonly plan: string } }): string | null {
  return state.plan?.digest === event.clear.plan ? null : "PLAN_CHANGED";
}

const noneInFlight = (state: Opened): string | null => (state.run?.inFlight ? "STEP_IN_FLIGHT" : null);

/** What could take a control away needs a second person: until one can be named, only a raised severity of the same class is lawful. */
function mayReclassify(state: Opened, { clear }: Proposal<"ClassificationChanged">): string | null {
  const keepsControls = clear.class === state.class && clear.severity <= state.severity;
  return keepsControls || clear.secondPerson !== null ? null : "SECOND_PERSON_NEEDED";
}

const namesTheOther = ({ clear }: Proposal<"IncidentCancelled">): string | null =>
  ["duplicate-of", "merged-into"].includes(clear.reason) === (clear.other !== null) ? null : "OTHER_INCIDENT_MISMATCH";

const uniqueSteps = ({ clear }: Proposal<"PlanProposed">): string | null =>
  new Set(clear.steps.map((step) => step.id)).size === clear.steps.length ? null : "STEP_TWICE";

const known = (items: readonly { readonly eid: string }[], eid: string): string | null =>
  items.some((item) => item.eid === eid) ? null : "APPROVAL_UNKNOWN";

function gateIsSound(state: Opened, { clear, at }: Proposal<"GateEvaluated">): string | null {
  if (clear.at !== at) return "GATE_AT_ANOTHER_TIME";
  if (state.plan === null) return "NO_PLAN";
  if (clear.pinnedDigest !== state.plan.policy) return "POLICY_NOT_PINNED";
  if ((clear.step !== null) !== (clear.gate === "step")) return "GATE_STEP_MISMATCH";
  return clear.step === null || state.plan.steps.some((step) => step.id === clear.step) ? null : "STEP_UNKNOWN";
}

type AnyVote = Proposal<"ApprovalGranted"> | Proposal<"ApprovalRejected"> | Proposal<"ApprovalRevoked">;

/** Plan first: whoever votes on an old plan is told so, whatever the phase. */
function voteIsTimely(state: Opened, event: AnyVote): string | null {
  const { clear, actor } = event;
  if (actor.kind !== "person") return "NOT_A_PERSON";
  if (state.plan === null) return state.plans > 0 ? "PLAN_CHANGED" : "NO_PLAN";
  if (state.plan.digest !== clear.plan) return "PLAN_CHANGED";
  if (state.plan.voided) return "PLAN_VOIDED";
  if (isTooLate(state)) return "VOTE_LATE";
  if (state.plan.policy !== clear.policy) return "POLICY_CHANGED";
  return viewIsFresh(state, clear);
}

const isTooLate = (state: Opened): boolean =>
  state.phase === "executing" ? undispatchedSteps(state).length === 0 : state.phase !== "planned";

function viewIsFresh(state: Opened, clear: AnyVote["clear"]): string | null {
  const seen = seqOfHash(state, clear.atHead);
  if (seen === null || seen < state.viewFloor) return "STALE_VIEW";
  return state.decisions.some((d) => d.digest === clear.policyDecision && d.seq <= seen) ? null : "DECISION_UNKNOWN";
}

const hasVoted = (state: Opened, { actor, clear }: Proposal<"ApprovalRevoked">): boolean => {
  const own = state.votes.filter((v) => v.person === actor.id && v.requirement === clear.requirement);
  return own.length > 0 && own[own.length - 1]!.verdict !== "revoke";
};

function mayStart(state: Opened, event: Proposal<"ExecutionStarted">): string | null {
  if (state.plan?.voided) return "PLAN_VOIDED";
  const { executor } = state.plan!;
  if (executor === "system" ? event.actor.kind !== "system" : event.actor.id !== executor) return "NOT_THE_EXECUTOR";
  return gateAllows(state, event, "start", null);
}

/** The gate must have been judged in the same append, so that nothing came between the decision and what it lets through. */
function gateAllows(
  state: Opened,
  event: { readonly seq: number; readonly at: string; readonly clear: { readonly decisionDigest: string } },
  gate: "start" | "step",
  step: string | null,
): string | null {
  const last = state.gate;
  if (last === null || last.seq !== event.seq - 1 || last.gate !== gate || last.step !== step)
    return "GATE_NOT_EVALUATED";
  if (last.decisionDigest !== event.clear.decisionDigest) return "DECISION_MISMATCH";
  if (last.verdict !== "ready") return "GATE_NOT_READY";
  return last.validUntil !== null && last.validUntil <= event.at ? "DECISION_EXPIRED" : null;
}

function mayRun(state: Executing, event: Proposal<"StepAuthorised">): string | null {
  const { clear, seq } = event;
  if (event.actor.kind !== "system") return "NOT_THE_SYSTEM";
  const key = stepKey({ org: state.org, inc: state.inc, seq, planDigest: clear.plan, step: clear.step });
  if (clear.idempotencyKey !== key) return "KEY_MISMATCH";
  return clear.rollbackOf === null ? mayRunForward(state, event) : mayRunBack(state, clear);
}

function mayRunForward(state: Executing, event: Proposal<"StepAuthorised">): string | null {
  const { clear } = event;
  if (state.plan.voided) return "PLAN_VOIDED";
  if (state.run.stopRequested || state.run.rollingBack) return "STOP_REQUESTED";
  if (nextStep(state.plan, state.run)?.id !== clear.step) return "OUT_OF_ORDER";
  if (clear.leaseUntil !== (state.gate?.validUntil ?? null)) return "LEASE_MISMATCH";
  if (!sameList(clear.approvals, standingApprovals(state))) return "APPROVALS_MISMATCH";
  return gateAllows(state, event, "step", clear.step);
}

/** A rollback was approved with the plan: it runs on the decision and the approvals of the step that it undoes. */
function mayRunBack(state: Executing, clear: ClearOf<"StepAuthorised">): string | null {
  const undone = state.run.steps[clear.step];
  if (!state.run.rollingBack) return "ROLLBACK_NOT_STARTED";
  if (nextRollback(state.plan, state.run)?.id !== clear.step) return "OUT_OF_ORDER";
  if (undone?.seq !== clear.rollbackOf || clear.leaseUntil !== null) return "ROLLBACK_MISMATCH";
  return undone.decision === clear.decisionDigest && sameList(clear.approvals, undone.approvals)
    ? null
    : "DECISION_MISMATCH";
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

type Outcome = { readonly clear: { readonly plan: string; readonly step: string; readonly of: number } };

function isInFlight(state: Opened, event: Outcome): string | null {
  const flying = state.run?.inFlight;
  if (flying?.seq !== event.clear.of || flying.step !== event.clear.step) return "STEP_NOT_IN_FLIGHT";
  return samePlan(state, event);
}

/**
 * A step done by hand ends by the word of whoever was named to do it; one whose outcome nobody knows by any responder's; a running
 * connector's by neither.
 */
function mayConfirm(state: Executing, event: Proposal<"StepConfirmed">): string | null {
  const { executor, steps } = state.plan;
  const byHand = steps.find((s) => s.id === event.clear.step)!.connector === "manual";
  if (!byHand) return state.run.inFlight!.unknown ? null : "STEP_STILL_RUNNING";
  return executor === "system" || event.actor.id === executor ? null : "NOT_THE_EXECUTOR";
}

function mayRollBack(state: Opened): string | null {
  if (state.run?.rollingBack) return "ALREADY_ROLLING_BACK";
  return state.plan && state.run && nextRollback(state.plan, state.run) ? null : "NOTHING_TO_ROLL_BACK";
}

const isRolledBack = (state: Opened): boolean =>
  state.run !== null && state.run.rollingBack && nextRollback(state.plan!, state.run) === null;
const isDone = (state: Opened): boolean =>
  state.run !== null && !state.run.rollingBack && nextStep(state.plan!, state.run) === null;

function mayValidate(state: Opened, event: Proposal<"ValidationRecorded">): string | null {
  const { kind, person } = state.plan!.successCheck;
  if (event.clear.outcome === "waived") return event.actor.kind === "person" ? null : "NOT_A_PERSON";
  if (kind === "probe" && event.actor.kind !== "system") return "CHECK_IS_AUTOMATIC";
  if (kind === "probe") return state.run!.rollingBack ? "ROLLED_BACK" : null;
  return event.actor.id === person ? null : "NOT_THE_NAMED_PERSON";
}

function mayResolve(state: Opened, how: ClearOf<"IncidentResolved">["how"]): string | null {
  if (state.phase !== "verifying") return how === "recovered" ? null : "NOT_VALIDATED";
  if (how === "validated") return state.validation === "passed" && !state.run!.rollingBack ? null : "NOT_VALIDATED";
  return how === "waived" ? null : "NOT_IN_THIS_PHASE";
}

function mayClose(state: Opened, clear: ClearOf<"IncidentClosed">): string | null {
  if (state.debts.some((debt) => debt.open)) return "DEBTS_OPEN";
  if (clear.openDebts !== 0 || clear.openTasks !== openTasks(state)) return "CLOSING_COUNT_WRONG";
  return null;
}

export const openTasks = (state: Opened): number => state.tasks.filter((task) => task.status === "open").length;

/** What a person attaches begins unverified; only a connector's own reading is verified at once. */
function mayAttach(state: Opened, { clear, actor }: Proposal<"EvidenceAttached">): string | null {
  if (clear.plan !== null && clear.plan !== state.plan?.digest) return "PLAN_CHANGED";
  const bySystem = clear.status === "verified" || clear.step !== null;
  return bySystem && actor.kind !== "system" ? "NOT_THE_SYSTEM" : null;
}

function mayVerifyEvidence(state: Opened, event: Proposal<"EvidenceVerified">): string | null {
  const item = state.evidence.find((e) => e.eid === event.clear.evidence);
  if (!item) return "EVIDENCE_UNKNOWN";
  if (item.status === "verified") return "ALREADY_VERIFIED";
  if (event.clear.how === "read-back") return event.actor.kind === "system" ? null : "NOT_THE_SYSTEM";
  return event.actor.kind === "person" && event.actor.id !== item.by ? null : "OWN_EVIDENCE";
}

const openTask = (state: Opened, eid: string): string | null =>
  state.tasks.some((task) => task.eid === eid && task.status === "open") ? null : "TASK_UNKNOWN";
