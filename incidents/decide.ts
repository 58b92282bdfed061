import { type Body, type BodyOf, type Command, type SystemCommand, speakerOf } from "./commands.js";
import { eventId, stepKey } from "./digest.js";
import {
  ACTOR_SLOTS,
  type Actor,
  type ClearOf,
  type Draft,
  type EventType,
  type Fact,
  type SealedTriple,
  sealedPaths,
} from "./events.js";
import { evolve } from "./evolve.js";
import { type GateRefusal, gateFor, type Judgement } from "./judgement.js";
import { openTasks, type Proposal, refusalOf } from "./law.js";
import { isEnded, nextRollback, nextStep, type Opened, type State, standingApprovals } from "./state.js";

/** A command as the decider takes it: judged where a gate must judge, and dated. */
export interface Deciding {
  readonly commandId: string;
  readonly actor: Actor;
  readonly body: Body;
  readonly sealed: readonly SealedTriple[];
  /** The time of the events to come: max(previous event's, the workflow's clock). */
  readonly at: string;
  readonly judgement: Judgement | GateRefusal | null;
}

/** What an accepted command is answered with, or the code that refused it. */
export interface Decided {
  readonly drafts: readonly Draft[];
  readonly refused: string | null;
}

/** Stands where a digest isn't known yet, in states that nobody keeps. */
const UNKNOWN = "0".repeat(64);
const SYSTEM: Actor = { kind: "system", id: "system", assurance: null, envelope: null };

export const fromCommand = (command: Command, envelope: string): Omit<Deciding, "at" | "judgement"> => ({
  commandId: command.commandId,
  actor: { ...command.actor, assurance: command.assurance, envelope },
  body: command.body,
  sealed: command.sealed,
});

export const fromSystem = (command: SystemCommand): Omit<Deciding, "at" | "judgement"> => ({
  ...command,
  actor: SYSTEM,
});

/**
 * The events that a command makes, or one CommandRefused: never a thrown error and never silence for a person's command. Pure and
 * total. An ended incident takes none: its answer is the code alone.
 */
export function decide(state: State, command: Deciding): Decided {
  if (state.phase !== "none" && isEnded(state)) return { drafts: [], refused: "INCIDENT_CLOSED" };
  if (command.judgement === null && gateFor(state, command.body) !== null) return refuse(state, command, "NOT_JUDGED");
  const { drafts, refused } = draftAll(state, command);
  return refused === null ? { drafts, refused } : refuse(state, command, refused);
}

/**
 * The state as it would be after a command that a gate must judge, before the gate has said anything; hashes are placeholders. A
 * code where the command is refused whatever the gate would say.
 */
export function foresee(state: State, command: Omit<Deciding, "judgement">): Opened | string {
  const { state: after, refused } = draftAll(state, { ...command, judgement: null });
  if (refused !== null) return refused;
  return after.phase === "none" ? "INCIDENT_NOT_OPEN" : after;
}

function draftAll(state: State, command: Deciding): Decided & { readonly state: State } {
  const pool = [...command.sealed];
  const drafts: Draft[] = [];
  let now = state;
  const stop = (refused: string) => ({ drafts: [], refused, state });
  for (const next of wanted(state, command)) {
    if (typeof next === "string") return stop(next);
    const draft = toDraft(next, command, pool);
    if (draft === null) return stop("MALFORMED");
    const proposal = {
      ...draft,
      seq: now.seq,
      eid: eventId(state.inc, command.commandId, drafts.length),
      at: command.at,
    } as Proposal;
    const refusal = refusalOf(now, proposal);
    if (refusal !== null) return stop(refusal);
    now = evolve(now, { ...proposal, hash: UNKNOWN } as Fact);
    drafts.push(draft);
  }
  return { drafts, refused: null, state: now };
}

/** So many refusals of one actor are recorded singly; more would let one person fill the record. Valid commands go on. */
export const MAX_REFUSALS = 100;

function refuse(state: State, command: Deciding, code: string): Decided {
  if (state.phase === "none" || (state.refusals[command.actor.id] ?? 0) >= MAX_REFUSALS)
    return { drafts: [], refused: code };
  const { actor, body } = command;
  const slots = actor.kind === "person" ? pick([...command.sealed], ACTOR_SLOTS) : [];
  const by = slots === null ? SYSTEM : actor;
  const requirement = body.type === "vote" ? body.requirement : null;
  const clear: ClearOf<"CommandRefused"> = { code, command: body.type, requirement };
  return { drafts: [{ typ: "CommandRefused", actor: by, clear, sealed: slots ?? [], attachments: [] }], refused: code };
}

interface Wanted<T extends EventType = EventType> {
  readonly typ: T;
  readonly clear: ClearOf<T>;
  readonly by?: Actor;
  readonly attachments?: readonly string[];
}
type AnyWanted = { [T in EventType]: Wanted<T> }[EventType];
const want = <T extends EventType>(typ: T, clear: ClearOf<T>): AnyWanted => ({ typ, clear }) as unknown as AnyWanted;

function toDraft(wanted: AnyWanted, { actor }: Deciding, pool: SealedTriple[]): Draft | null {
  const by = wanted.by ?? actor;
  const sealed = pick(pool, sealedPaths(wanted.typ, by.kind));
  if (sealed === null) return null;
  return { typ: wanted.typ, actor: by, clear: wanted.clear, sealed, attachments: wanted.attachments ?? [] } as Draft;
}

/** Takes the first unused triple of each path out of the pool; null where one is missing. A slot is used once. */
function pick(pool: SealedTriple[], paths: readonly string[]): readonly SealedTriple[] | null {
  const picked: SealedTriple[] = [];
  for (const path of paths) {
    const i = pool.findIndex((triple) => triple[0] === path);
    if (i < 0) return null;
    picked.push(...pool.splice(i, 1));
  }
  return picked;
}

/** The events that a body asks for, in order, or a code that refuses it before the law is even asked. */
function wanted(state: State, command: Deciding): readonly (AnyWanted | string)[] {
  const { body, judgement } = command;
  if (!maySay(command)) return ["WRONG_ACTOR"];
  if (judgement !== null && "refused" in judgement)
    return body.type === "authorise-step" ? [held(body, judgement.refused)] : [judgement.refused];
  if (state.phase === "none") return opening(body);
  switch (body.type) {
    case "open-incident":
      return ["ALREADY_OPEN"];
    case "alert-fired":
      return fired(state, body);
    case "alert-resolved":
      return [
        want("AlertResolved", {
          delivery: body.delivery,
          source: body.source,
          episode: body.episode,
          endsAt: body.endsAt,
        }),
      ];
    case "alerts-suppressed":
      return [want("AlertsSuppressed", { count: body.count, deliveries: body.deliveries })];
    case "change-classification":
      return [want("ClassificationChanged", { class: body.class, severity: body.severity, secondPerson: null })];
    case "assign-owner":
      return [want("OwnerAssigned", { owner: body.owner })];
    case "acknowledge":
      return [want("Acknowledged", {})];
    case "join":
      return [want("ResponderJoined", { person: command.actor.id })];
    case "leave":
      return [want("ResponderLeft", { person: command.actor.id })];
    case "propose-plan":
      return [
        want("PlanProposed", {
          ...untyped(body),
          requestedBy: command.actor.id,
          policy: ifJudged(judgement)?.policyDigest ?? UNKNOWN,
        }),
        ...gateIf(judgement),
      ];
    case "withdraw-plan":
      return [want("PlanWithdrawn", { plan: body.plan })];
    case "vote":
      return voted(state, command, body);
    case "attach-evidence":
      return [
        want("EvidenceAttached", { type: body.evidenceType, status: "unverified", plan: body.plan, step: null }),
        ...gateIf(judgement),
      ];
    case "verify-evidence": {
      const how = command.actor.kind === "person" ? "review" : "read-back";
      return [want("EvidenceVerified", { evidence: body.evidence, how }), ...gateIf(judgement)];
    }
    case "evidence-read-back":
      return [want("EvidenceVerified", { evidence: body.evidence, how: "read-back" }), ...gateIf(judgement)];
    case "start":
    case "system-start":
      return starting(state, body, judgement);
    case "stop":
      return [want("StopRequested", { plan: body.plan })];
    case "rollback":
      return [want("RollbackStarted", { plan: body.plan })];
    case "confirm-step":
      return confirming(state, body);
    case "validate":
      return [want("ValidationRecorded", { plan: body.plan, outcome: body.outcome, by: "person" })];
    case "resolve":
      return [want("IncidentResolved", { how: body.how })];
    case "reopen":
      return [want("IncidentReopened", { delivery: null })];
    case "close":
      return [want("IncidentClosed", { openTasks: openTasks(state), openDebts: 0 })];
    case "cancel":
      return [want("IncidentCancelled", { reason: body.reason, other: body.other })];
    case "add-note":
      return [want("NoteAdded", {})];
    case "add-task":
      return [want("TaskAdded", { kind: "by-hand", owner: body.owner, dueAt: body.dueAt })];
    case "assign-task":
      return [want("TaskAssigned", { task: body.task, owner: body.owner })];
    case "complete-task":
      return [want("TaskDone", { task: body.task })];
    case "drop-task":
      return [want("TaskDropped", { task: body.task })];
    case "authorise-step":
      return authorising(state, body, judgement);
    case "hold-step":
      return [want("StepHeld", { plan: body.plan, step: body.step, code: body.code })];
    case "step-succeeded":
      return succeeded(state, body);
    case "step-failed":
      return [
        want("StepFailed", {
          plan: planOf(state),
          step: body.step,
          of: body.of,
          code: body.code,
          voidsApprovals: body.voidsApprovals,
        }),
      ];
    case "step-outcome-unknown":
      return [want("StepOutcomeUnknown", { plan: planOf(state), step: body.step, of: body.of, code: body.code })];
    case "check-finished":
      return [want("ValidationRecorded", { plan: body.plan, outcome: body.outcome, by: "probe" })];
    case "advance":
      return advance(state);
    case "re-evaluate":
      return gateIf(judgement);
    case "refuse-signal":
      return [body.code];
    default:
      return unknownCommand(body);
  }
}

/** People's commands are people's, alerts come from sources, and what the workflow says itself no envelope can carry. */
const maySay = ({ actor, body }: Deciding): boolean => actor.kind === (speakerOf(body.type) ?? actor.kind);

const held = ({ plan, step }: BodyOf<"authorise-step">, code: string): AnyWanted =>
  want("StepHeld", { plan, step, code });

const unknownCommand = (_body: never): readonly string[] => ["COMMAND_UNKNOWN"];

const untyped = <B extends { readonly type: string }>({ type: _, ...rest }: B): Omit<B, "type"> => rest;
const planOf = (state: Opened): string => state.plan?.digest ?? UNKNOWN;

function opening(body: Body): readonly (AnyWanted | string)[] {
  if (body.type !== "open-incident" && body.type !== "alert-fired") return ["INCIDENT_NOT_OPEN"];
  const { class: class_, severity, urgency, drill, linkedTo } = body;
  const about = { semantics: 1 as const, class: class_, severity, urgency, drill, linkedTo };
  if (body.type === "open-incident") return [want("IncidentOpened", { ...about, openedBy: "person", deliveries: [] })];
  return [want("IncidentOpened", { ...about, openedBy: "alert", deliveries: [body.delivery] }), alertFired(body)];
}

const alertFired = ({ delivery, source, episode, startsAt }: BodyOf<"alert-fired">): AnyWanted =>
  want("AlertFired", { delivery, source, episode, startsAt });

const fired = (state: Opened, body: BodyOf<"alert-fired">): readonly AnyWanted[] =>
  state.phase === "resolved"
    ? [alertFired(body), want("IncidentReopened", { delivery: body.delivery })]
    : [alertFired(body)];

/** The system judges: a person's command leads to the evaluation but doesn't sign it. */
function gate(judgement: Judgement): AnyWanted {
  const { stateSeq: _s, discounted: _d, voterGroups: _v, requirementDigest: _r, attachments, ...clear } = judgement;
  return { typ: "GateEvaluated", clear, by: SYSTEM, attachments };
}

const ifJudged = (judgement: Deciding["judgement"]): Judgement | null =>
  judgement !== null && !("refused" in judgement) ? judgement : null;

const gateIf = (judgement: Deciding["judgement"]): readonly AnyWanted[] => {
  const said = ifJudged(judgement);
  return said === null ? [] : [gate(said)];
};

const VOTES = { approve: "ApprovalGranted", reject: "ApprovalRejected", revoke: "ApprovalRevoked" } as const;

function voted(state: Opened, command: Deciding, body: BodyOf<"vote">): readonly (AnyWanted | string)[] {
  const { verdict, type: _, ...about } = body;
  const said = ifJudged(command.judgement);
  const own = said?.discounted.find((d) => d.approval === eventId(state.inc, command.commandId, 0));
  if (own && verdict !== "revoke") return [own.reason.toUpperCase().replaceAll("-", "_")];
  if (said && said.requirementDigest !== body.requirementDigest) return ["REQUIREMENT_CHANGED"];
  const assurance = command.actor.assurance ?? "session";
  const clear = {
    ...about,
    assurance,
    groupsAtApproval: said?.voterGroups ?? [],
    policy: state.plan?.policy ?? UNKNOWN,
  };
  return [want(VOTES[verdict], clear), ...gateIf(said)];
}

function starting(
  state: Opened,
  body: BodyOf<"start" | "system-start">,
  judgement: Deciding["judgement"],
): readonly (AnyWanted | string)[] {
  const { plan } = body;
  if (state.plan?.digest !== plan) return ["PLAN_CHANGED"];
  if (state.phase !== "planned") return ["NOT_IN_THIS_PHASE"];
  const said = ifJudged(judgement);
  if (said === null) return [];
  if (said.verdict === "ready")
    return [gate(said), want("ExecutionStarted", { plan, decisionDigest: said.decisionDigest })];
  // The system asked because an older decision said ready: the newer one must stand on the record, or it would ask for ever.
  return body.type === "system-start" ? [gate(said)] : ["GATE_NOT_READY"];
}

function authorising(
  state: Opened,
  body: BodyOf<"authorise-step">,
  judgement: Deciding["judgement"],
): readonly (AnyWanted | string)[] {
  if (state.phase !== "executing") return ["NOT_IN_THIS_PHASE"];
  if (body.rollback) return [authoriseRollback(state, body)];
  const said = ifJudged(judgement);
  if (said === null) return [];
  if (said.verdict !== "ready") return [gate(said), held(body, "GATE_NOT_READY")];
  const authority = {
    decisionDigest: said.decisionDigest,
    approvals: standingApprovals(state),
    leaseUntil: said.validUntil,
    rollbackOf: null,
  };
  return [gate(said), authorise(state, body, state.seq + 1, authority)];
}

function authoriseRollback(state: Opened, body: BodyOf<"authorise-step">): AnyWanted | string {
  const undone = state.run?.steps[body.step];
  if (!undone || undone.seq === null || undone.decision === null) return "ROLLBACK_MISMATCH";
  const { decision, approvals, seq } = undone;
  return authorise(state, body, state.seq, { decisionDigest: decision, approvals, leaseUntil: null, rollbackOf: seq });
}

type Authority = Pick<ClearOf<"StepAuthorised">, "decisionDigest" | "approvals" | "leaseUntil" | "rollbackOf">;
const authorise = (
  state: Opened,
  { plan, step, fence }: BodyOf<"authorise-step">,
  seq: number,
  authority: Authority,
): AnyWanted =>
  want("StepAuthorised", {
    plan,
    step,
    fence,
    ...authority,
    idempotencyKey: stepKey({ org: state.org, inc: state.inc, seq, planDigest: plan, step }),
  });

/** What a system can show, no person attaches: a success brings its own evidence, read back by the connector. */
function succeeded(state: Opened, body: BodyOf<"step-succeeded">): readonly AnyWanted[] {
  const plan = planOf(state);
  return [
    want("StepSucceeded", { plan, step: body.step, of: body.of }),
    want("EvidenceAttached", { type: "change-confirmation", status: "verified", plan, step: body.of }),
  ];
}

function confirming(state: Opened, { plan, step, outcome }: BodyOf<"confirm-step">): readonly (AnyWanted | string)[] {
  const flying = state.run?.inFlight;
  if (!flying || flying.step !== step) return ["STEP_NOT_IN_FLIGHT"];
  return [want("StepConfirmed", { plan, step, of: flying.seq, outcome })];
}

/** What follows by itself from what has happened: nothing, or the end of a run. */
function advance(state: Opened): readonly AnyWanted[] {
  if (state.phase !== "executing" || state.run.inFlight) return [];
  const plan = state.plan.digest;
  if (state.run.rollingBack)
    return nextRollback(state.plan, state.run) === null ? [want("RollbackFinished", { plan })] : [];
  if (nextStep(state.plan, state.run) === null) return [want("ExecutionFinished", { plan })];
  return state.run.stopRequested ? [want("ExecutionStopped", { plan })] : [];
}
