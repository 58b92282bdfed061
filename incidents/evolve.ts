import { genesisHash } from "./digest.js";
import { type ClearOf, type Fact, isEventType } from "./events.js";
import { refusalOf } from "./law.js";
import {
  type Executing,
  type Opened,
  type Plan,
  type Run,
  type State,
  type StepRun,
  type StepStatus,
  type Unopened,
  VIEW_DEPTH,
  type Vote,
} from "./state.js";

/** An event that the state machine refuses: in a receipt it proves that the record is not lawful. */
export class UnlawfulEvent extends Error {
  override readonly name = "UnlawfulEvent";
  constructor(
    readonly code: string,
    readonly seq: number,
    typ: string,
  ) {
    super(`event ${seq} (${typ}) is not lawful here: ${code}`);
  }
}

export const unopened = (org: string, inc: string): Unopened => ({
  phase: "none",
  org,
  inc,
  seq: 0,
  head: genesisHash(org, inc),
});

/**
 * The state after one more event. The same function runs in the workflow, in the builder and in the verifier.
 * @throws {UnlawfulEvent} where the event is unknown, out of sequence, or illegal in this state.
 */
export function evolve(state: State, fact: Fact): Opened {
  if (!isEventType(fact.typ)) throw new UnlawfulEvent("EVENT_UNKNOWN", fact.seq, String(fact.typ));
  if (fact.seq !== state.seq) throw new UnlawfulEvent("OUT_OF_SEQUENCE", fact.seq, fact.typ);
  const refusal = refusalOf(state, fact);
  if (refusal !== null) throw new UnlawfulEvent(refusal, fact.seq, fact.typ);
  const next =
    state.phase === "none" ? opened(state, fact as Extract<Fact, { typ: "IncidentOpened" }>) : apply(state, fact);
  return {
    ...next,
    seq: fact.seq + 1,
    head: fact.hash,
    at: fact.at,
    hashes: [...next.hashes.slice(1 - VIEW_DEPTH), fact.hash],
  };
}

function opened(state: Unopened, { clear, at, actor }: Extract<Fact, { typ: "IncidentOpened" }>): Opened {
  const { deliveries: _, ...about } = clear;
  return {
    ...about,
    phase: "open",
    org: state.org,
    inc: state.inc,
    seq: 0,
    head: state.head,
    hashes: [],
    at,
    openedAt: at,
    opener: actor.id,
    owner: null,
    acknowledged: false,
    roles: {},
    responders: actor.kind === "person" ? [actor.id] : [],
    alerts: [],
    suppressed: 0,
    plans: 0,
    votes: [],
    viewFloor: 0,
    decisions: [],
    gate: null,
    evidence: [],
    tasks: [],
    debts: [],
    refusals: {},
    supersedes: null,
    plan: null,
    run: null,
    validation: null,
  };
}

const unplanned = { plan: null, run: null, validation: null } as const;

function apply(state: Opened, fact: Fact): Opened {
  switch (fact.typ) {
    case "IncidentOpened":
      throw new UnlawfulEvent("ALREADY_OPEN", fact.seq, fact.typ);
    case "AlertFired":
      return { ...state, alerts: withAlert(state, fact.clear, true) };
    case "AlertResolved":
      return { ...state, alerts: withAlert(state, fact.clear, false) };
    case "AlertsSuppressed":
      return { ...state, suppressed: state.suppressed + fact.clear.count };
    case "ClassificationChanged":
      return { ...state, class: fact.clear.class, severity: fact.clear.severity, viewFloor: fact.seq };
    case "OwnerAssigned":
      return { ...state, owner: fact.clear.owner, responders: joined(state, fact.clear.owner) };
    case "RoleChanged":
      return { ...state, roles: withRole(state.roles, fact.clear) };
    case "ResponderJoined":
      return { ...state, responders: joined(state, fact.clear.person) };
    case "ResponderLeft":
      return { ...state, responders: state.responders.filter((person) => person !== fact.clear.person) };
    case "HandoverAccepted":
      return { ...state, owner: fact.clear.to, responders: joined(state, fact.clear.to) };
    case "Acknowledged":
      return { ...state, acknowledged: true };
    case "PlanProposed":
      return {
        ...state,
        phase: "planned",
        plan: proposed(fact),
        run: null,
        validation: null,
        plans: state.plans + 1,
        votes: [],
        decisions: [],
        viewFloor: fact.seq,
      };
    case "PlanWithdrawn":
      return { ...state, phase: "open", ...unplanned, votes: [], viewFloor: fact.seq };
    case "GateEvaluated":
      return withGate(state, fact.seq, fact.clear);
    case "ApprovalGranted":
      return { ...state, votes: [...state.votes, vote(fact, "approve")] };
    case "ApprovalRejected":
      return { ...state, votes: [...state.votes, vote(fact, "reject")], viewFloor: fact.seq };
    case "ApprovalRevoked":
      return { ...state, votes: [...state.votes, vote(fact, "revoke")] };
    case "DebtIncurred":
      return { ...state, debts: [...state.debts, { id: fact.clear.debt, open: true, dueAt: fact.clear.dueAt }] };
    case "DebtSettled":
      return {
        ...state,
        debts: state.debts.map((debt) => (debt.id === fact.clear.debt ? { ...debt, open: false } : debt)),
      };
    case "ExecutionStarted":
      return { ...state, phase: "executing", plan: state.plan!, run: freshRun(state.plan!), validation: null };
    case "StepAuthorised":
      return running(state, (run) => authorised(run, fact.seq, fact.clear));
    case "StepHeld":
      return running(state, (run) => ({
        ...run,
        held: { step: fact.clear.step, code: fact.clear.code, seq: fact.seq },
      }));
    case "StepSucceeded":
      return running(state, (run) => landed(run, "succeeded"));
    case "StepFailed":
      return voided(
        running(state, (run) => landed(run, failureOf(fact.clear.code))),
        fact.clear.voidsApprovals,
      );
    case "StepOutcomeUnknown":
      return running(state, (run) => ({ ...landed(run, "unknown"), inFlight: { ...run.inFlight!, unknown: true } }));
    case "StepConfirmed":
      return running(state, (run) => landed(run, CONFIRMED[fact.clear.outcome]));
    case "StopRequested":
      return running(state, (run) => ({ ...run, stopRequested: true }));
    case "ExecutionStopped":
      // Some steps may have run: what was approved is no longer what would run, so the plan must be proposed again.
      return { ...state, phase: "planned", plan: { ...state.plan!, voided: true }, run: null, validation: null };
    case "RollbackStarted":
      return {
        ...state,
        phase: "executing",
        plan: state.plan!,
        run: { ...state.run!, rollingBack: true, stopRequested: false, held: null },
        validation: null,
      };
    case "RollbackFinished":
    case "ExecutionFinished":
      return { ...state, phase: "verifying", plan: state.plan!, run: state.run!, validation: null };
    case "ValidationRecorded":
      return { ...state, phase: "verifying", plan: state.plan!, run: state.run!, validation: fact.clear.outcome };
    case "IncidentResolved":
      return { ...state, phase: "resolved" };
    case "IncidentReopened":
      return { ...state, phase: "open", ...unplanned, votes: [], viewFloor: fact.seq };
    case "IncidentClosed":
      return { ...state, phase: "closed" };
    case "IncidentCancelled":
      return { ...state, phase: "cancelled" };
    case "EvidenceAttached":
      return { ...state, evidence: [...state.evidence, evidence(fact)] };
    case "EvidenceVerified":
      return {
        ...state,
        evidence: state.evidence.map((e) => (e.eid === fact.clear.evidence ? { ...e, status: "verified" } : e)),
      };
    case "TaskAdded":
      return {
        ...state,
        tasks: [...state.tasks, { eid: fact.eid, status: "open", owner: fact.clear.owner, dueAt: fact.clear.dueAt }],
      };
    case "TaskAssigned":
      return { ...state, tasks: withTask(state, fact.clear.task, { owner: fact.clear.owner }) };
    case "TaskDone":
      return { ...state, tasks: withTask(state, fact.clear.task, { status: "done" }) };
    case "TaskDropped":
      return { ...state, tasks: withTask(state, fact.clear.task, { status: "dropped" }) };
    case "CommandRefused":
      return { ...state, refusals: { ...state.refusals, [fact.actor.id]: (state.refusals[fact.actor.id] ?? 0) + 1 } };
    case "AddendumAdded":
      return { ...state, supersedes: state.head };
    case "Escalated":
    case "ApprovalRequested":
    case "ApprovalExpired":
    case "BreakGlassInvoked":
    case "ReferenceLinked":
    case "UpdatePublished":
    case "NoteAdded":
    case "SealedErased":
      return state;
    default:
      return unknownEvent(fact);
  }
}

function unknownEvent(fact: never): never {
  const { seq, typ } = fact as Fact;
  throw new UnlawfulEvent("EVENT_UNKNOWN", seq, typ);
}

const joined = (state: Opened, person: string): readonly string[] =>
  state.responders.includes(person) ? state.responders : [...state.responders, person];

function withAlert(
  state: Opened,
  { source, episode }: { source: string; episode: number },
  firing: boolean,
): Opened["alerts"] {
  const others = state.alerts.filter((alert) => alert.source !== source || alert.episode !== episode);
  return [...others, { source, episode, firing }];
}

function withRole(roles: Opened["roles"], { role, person }: ClearOf<"RoleChanged">): Opened["roles"] {
  const { [role]: _, ...rest } = roles;
  return person === null ? rest : { ...rest, [role]: person };
}

function proposed({ seq, clear }: Extract<Fact, { typ: "PlanProposed" }>): Plan {
  const { plan, ...rest } = clear;
  return { ...rest, digest: plan, seq, voided: false };
}

function withGate(state: Opened, seq: number, clear: ClearOf<"GateEvaluated">): Opened {
  const { gate, step, verdict, validUntil, decisionDigest, policyDigest } = clear;
  return {
    ...state,
    gate: { seq, gate, step, verdict, validUntil, decisionDigest, policyDigest },
    decisions: [...state.decisions.slice(1 - VIEW_DEPTH), { seq, digest: decisionDigest }],
  };
}

type VoteFact = Extract<Fact, { typ: "ApprovalGranted" | "ApprovalRejected" | "ApprovalRevoked" }>;
const vote = ({ eid, seq, at, actor, clear }: VoteFact, verdict: Vote["verdict"]): Vote => ({
  eid,
  seq,
  at,
  person: actor.id,
  verdict,
  plan: clear.plan,
  requirement: clear.requirement,
  requirementDigest: clear.requirementDigest,
  assurance: clear.assurance,
  onBehalfOf: clear.onBehalfOf,
  groups: clear.groupsAtApproval,
});

const pending: StepRun = { status: "pending", seq: null, decision: null, approvals: [], rollback: "pending" };
const freshRun = (plan: Plan): Run => ({
  steps: Object.fromEntries(plan.steps.map((step) => [step.id, pending])),
  inFlight: null,
  stopRequested: false,
  rollingBack: false,
  held: null,
});

const running = (state: Opened, change: (run: Run) => Run): Opened => ({
  ...(state as Executing),
  run: change(state.run!),
});

function authorised(run: Run, seq: number, clear: ClearOf<"StepAuthorised">): Run {
  const before = run.steps[clear.step]!;
  const rollback = clear.rollbackOf !== null;
  const now: StepRun = rollback
    ? { ...before, rollback: "in-flight" }
    : { ...before, status: "in-flight", seq, decision: clear.decisionDigest, approvals: clear.approvals };
  return {
    ...run,
    held: null,
    inFlight: { seq, step: clear.step, rollback, unknown: false },
    steps: { ...run.steps, [clear.step]: now },
  };
}

/** A lease that ran out before anything was called leaves the step as it was: it may be authorised again. */
const failureOf = (code: string): "failed" | "not-done" => (code === "LEASE_EXPIRED" ? "not-done" : "failed");

const CONFIRMED = { done: "succeeded", "not-done": "not-done", failed: "failed" } as const;

function landed(run: Run, status: StepStatus): Run {
  const { step, rollback } = run.inFlight!;
  const before = run.steps[step]!;
  const now = rollback ? { ...before, rollback: status } : { ...before, status };
  return { ...run, inFlight: null, steps: { ...run.steps, [step]: now } };
}

const voided = (state: Opened, voids: boolean): Opened =>
  voids ? ({ ...state, plan: { ...state.plan!, voided: true } } as Opened) : state;

const evidence = ({
  eid,
  at,
  actor,
  clear,
}: Extract<Fact, { typ: "EvidenceAttached" }>): Opened["evidence"][number] => ({
  eid,
  type: clear.type,
  status: clear.status,
  plan: clear.plan,
  step: clear.step,
  by: actor.id,
  at,
});

const withTask = (state: Opened, eid: string, change: Partial<Opened["tasks"][number]>): Opened["tasks"] =>
  state.tasks.map((task) => (task.eid === eid ? { ...task, ...change } : task));
