import { bool, int, list, nullable, oneOf, record, type Shape, type TypeOf, tagged } from "./shape.js";
import * as v from "./vocabulary.js";

/** What one event type holds: fields that a verdict or an answer depends on stay clear, words and names are sealed. */
export interface EventShape<C> {
  readonly clear: Shape<C>;
  /** JSON Pointers of the sealed slots, sorted. Where the actor is a person, `/address` and `/name` join them. */
  readonly sealed: readonly string[];
  /** Slots that open together or not at all. */
  readonly groups: readonly (readonly string[])[];
}

const event = <C>(
  clear: Shape<C>,
  sealed: readonly string[] = [],
  groups: readonly (readonly string[])[] = [],
): EventShape<C> => ({
  clear,
  sealed: [...sealed].sort(),
  groups,
});

const nothing = record({});
const plan = v.digest;
const seq = int(0, 10_000);
const ofStep = { plan, step: v.slug, of: seq };
const minutes = int(0, 1_440);

export const stepClear = record({
  id: v.slug,
  connector: v.slug,
  action: v.slug,
  targets: list(v.targetId, 50, 1),
  expectedMinutes: minutes,
  rollbackMinutes: minutes,
  /** The rollback's action; null where the plan says that there is none, and why (sealed with the plan). */
  rollback: nullable(v.slug),
});
export type StepClear = TypeOf<typeof stepClear>;

export const successCheckClear = record({
  kind: oneOf("probe", "person"),
  person: v.nullablePerson,
});

const vote = record({
  plan,
  requirement: v.requirementId,
  requirementDigest: v.digest,
  assurance: v.assurance,
  onBehalfOf: v.nullablePerson,
  groupsAtApproval: v.groups,
  policy: v.digest,
  policyDecision: v.digest,
  atHead: v.digest,
  /** Digest of the passkey assertion; null for a session's vote. */
  assertion: nullable(v.digest),
});

const gateEvaluated = record({
  gate: v.gate,
  step: nullable(v.slug),
  at: v.instant,
  verdict: v.verdict,
  mode: oneOf("normal", "break-glass"),
  validUntil: nullable(v.instant),
  decisionDigest: v.digest,
  inputsDigest: v.digest,
  sections: record({
    approvals: v.digest,
    breakGlass: v.digest,
    calendars: v.digest,
    directory: v.digest,
    evidence: v.digest,
    exceptions: v.digest,
    inFlight: v.digest,
    incident: v.digest,
    overdueReviews: v.digest,
    plan: v.digest,
  }),
  policyDigest: v.digest,
  pinnedDigest: v.digest,
  governanceHead: nullable(v.digest),
});

const evidence = record({
  type: v.slug,
  status: oneOf("verified", "unverified"),
  /** The plan that it supports; null where it is about the incident. */
  plan: nullable(plan),
  /** seq of the StepAuthorised whose effect it shows; null where a person attached it. */
  step: nullable(seq),
});

const alertAt = { delivery: v.deliveryId, source: v.sourceId, episode: int(0, 1_000_000) };
const task = v.eventIdShape;
const RESULT = ["/excerpt", "/result"] as const;

/**
 * The one table of what each event shows, seals and opens together. `receipts/SPEC.md` is generated from it; append, builder and
 * verifier check against it.
 */
export const EVENTS = {
  IncidentOpened: event(
    record({
      semantics: oneOf(1),
      openedBy: oneOf("alert", "person"),
      class: v.slug,
      severity: v.severity,
      urgency: v.urgency,
      drill: bool,
      deliveries: list(v.deliveryId, 200),
      linkedTo: nullable(v.incidentId),
    }),
    ["/request", "/services", "/title"],
  ),
  AlertFired: event(record({ ...alertAt, startsAt: v.instant }), ["/annotations", "/fingerprint", "/labels", "/url"]),
  AlertResolved: event(record({ ...alertAt, endsAt: v.instant }), ["/fingerprint"]),
  AlertsSuppressed: event(record({ count: int(1, 1_000_000), deliveries: list(v.deliveryId, 1_000) })),
  ClassificationChanged: event(record({ class: v.slug, severity: v.severity, secondPerson: v.nullablePerson }), [
    "/reason",
  ]),
  OwnerAssigned: event(record({ owner: v.personId })),
  RoleChanged: event(record({ role: oneOf("commander", "communications", "scribe"), person: v.nullablePerson })),
  ResponderJoined: event(record({ person: v.personId })),
  ResponderLeft: event(record({ person: v.personId })),
  HandoverAccepted: event(record({ from: v.personId, to: v.personId })),
  Acknowledged: event(nothing),
  Escalated: event(record({ level: int(1, 10) })),
  PlanProposed: event(
    record({
      plan,
      risk: v.risk,
      executor: v.executor,
      authors: list(v.personId, 20, 1),
      requestedBy: v.personId,
      steps: list(stepClear, 50, 1),
      successCheck: successCheckClear,
      policy: v.digest,
    }),
    ["/links", "/plan", "/planBlind", "/request", "/title"],
    [["/plan", "/planBlind"]],
  ),
  PlanWithdrawn: event(record({ plan }), ["/reason"]),
  GateEvaluated: event(gateEvaluated),
  ApprovalRequested: event(record({ plan, requirement: v.requirementId, count: int(1, 20) })),
  ApprovalGranted: event(vote, ["/comment"]),
  ApprovalRejected: event(vote, ["/comment"]),
  ApprovalRevoked: event(vote, ["/comment"]),
  ApprovalExpired: event(record({ approval: v.eventIdShape })),
  BreakGlassInvoked: event(record({ plan, assertion: nullable(v.digest) }), ["/reason"]),
  DebtIncurred: event(
    record({
      debt: v.slug,
      kind: oneOf("review", "supply-evidence", "notify"),
      who: list(v.personId, 50),
      dueAt: v.instant,
    }),
  ),
  DebtSettled: event(record({ debt: v.slug }), ["/comment"]),
  ExecutionStarted: event(record({ plan, decisionDigest: v.digest })),
  StepAuthorised: event(
    record({
      plan,
      step: v.slug,
      decisionDigest: v.digest,
      approvals: list(v.eventIdShape, 100),
      fence: int(0, Number.MAX_SAFE_INTEGER),
      idempotencyKey: v.digest,
      leaseUntil: nullable(v.instant),
      rollbackOf: nullable(seq),
    }),
  ),
  StepHeld: event(record({ plan, step: v.slug, code: v.code })),
  StepSucceeded: event(record(ofStep), ["/after", "/before", "/reference", ...RESULT], [RESULT]),
  StepFailed: event(record({ ...ofStep, code: v.code, voidsApprovals: bool }), [...RESULT], [RESULT]),
  StepOutcomeUnknown: event(record({ ...ofStep, code: v.code }), [...RESULT], [RESULT]),
  StepConfirmed: event(
    record({ ...ofStep, outcome: oneOf("done", "not-done", "failed") }),
    ["/comment", "/digest", "/reference"],
    [["/digest", "/reference"]],
  ),
  StopRequested: event(record({ plan }), ["/reason"]),
  ExecutionStopped: event(record({ plan })),
  RollbackStarted: event(record({ plan }), ["/reason"]),
  RollbackFinished: event(record({ plan })),
  ExecutionFinished: event(record({ plan })),
  ValidationRecorded: event(
    record({ plan, outcome: oneOf("passed", "failed", "waived"), by: oneOf("probe", "person") }),
    ["/reason", ...RESULT],
    [RESULT],
  ),
  IncidentResolved: event(record({ how: oneOf("validated", "waived", "recovered") }), ["/reason"]),
  IncidentReopened: event(record({ delivery: nullable(v.deliveryId) }), ["/reason"]),
  IncidentClosed: event(record({ openTasks: int(0, 10_000), openDebts: int(0, 1_000) }), ["/summary"]),
  IncidentCancelled: event(
    record({
      reason: oneOf("false-alarm", "duplicate-of", "merged-into", "drill-aborted"),
      other: nullable(v.incidentId),
    }),
    ["/reason"],
  ),
  EvidenceAttached: event(evidence, ["/digest", "/excerpt", "/reference"], [["/digest", "/reference"]]),
  EvidenceVerified: event(record({ evidence: v.eventIdShape, how: oneOf("read-back", "review") }), ["/comment"]),
  TaskAdded: event(
    record({ kind: oneOf("generated", "by-hand"), owner: v.nullablePerson, dueAt: nullable(v.instant) }),
    ["/title"],
  ),
  TaskAssigned: event(record({ task, owner: v.personId })),
  TaskDone: event(record({ task }), ["/comment"]),
  TaskDropped: event(record({ task }), ["/reason"]),
  ReferenceLinked: event(record({ kind: v.slug }), ["/reference"]),
  UpdatePublished: event(record({ audience: v.slug }), ["/text"]),
  NoteAdded: event(nothing, ["/text"]),
  CommandRefused: event(record({ code: v.code, command: nullable(v.slug), requirement: nullable(v.requirementId) })),
  AddendumAdded: event(record({ kind: oneOf("note", "evidence", "correction", "task-done"), task: nullable(task) }), [
    "/digest",
    "/reference",
    "/text",
  ]),
  SealedErased: event(record({ approvedBy: list(v.personId, 2, 2) }), ["/reason"]),
} as const;

export type EventType = keyof typeof EVENTS;
export type ClearOf<T extends EventType> = (typeof EVENTS)[T] extends EventShape<infer C> ? C : never;
export const EVENT_TYPES = Object.keys(EVENTS) as EventType[];
export const isEventType = (typ: string): typ is EventType => Object.hasOwn(EVENTS, typ);

/** Digest-free name of this table's version; part of every event. A change of any clear field or slot is a new one. */
export const SCHEMA = "countersign/events/v1";

export const ACTOR_SLOTS = ["/address", "/name"] as const;

/** The sealed paths of an event, in order: fixed by its type and by whether a person acted. */
export const sealedPaths = (typ: EventType, actorKind: Actor["kind"]): readonly string[] =>
  actorKind === "person" ? [...EVENTS[typ].sealed, ...ACTOR_SLOTS].sort() : EVENTS[typ].sealed;

const told = {
  assurance: nullable(v.assurance),
  /** Digest of the signed envelope of the command behind the event; null where the system acts. */
  envelope: nullable(v.digest),
};

/** The id is one of its kind: the system can't act under a person's. */
export const actorShape = tagged("kind", {
  person: record({ id: v.personId, ...told }),
  source: record({ id: v.sourceId, ...told }),
  system: record({ id: oneOf("system"), ...told }),
});

export interface Actor {
  readonly kind: "person" | "source" | "system";
  readonly id: string;
  readonly assurance: "session" | "passkey" | null;
  readonly envelope: string | null;
}

/** path, ref (32 hex digits), commitment (64 hex digits). */
export type SealedTriple = readonly [path: string, ref: string, commitment: string];

/** All that `evolve` may see of an event: in the workflow, in the builder and in the verifier alike. */
export type Fact = {
  [T in EventType]: {
    readonly seq: number;
    readonly hash: string;
    readonly eid: string;
    readonly typ: T;
    readonly at: string;
    readonly actor: Actor;
    readonly clear: ClearOf<T>;
  };
}[EventType];

/** What `decide` makes: an event before it has a place in the chain. */
export type Draft = {
  [T in EventType]: {
    readonly typ: T;
    readonly actor: Actor;
    readonly clear: ClearOf<T>;
    readonly sealed: readonly SealedTriple[];
    /** Digests of attachments that the record must carry beside the event (facts sections, policies). */
    readonly attachments: readonly string[];
  };
}[EventType];
