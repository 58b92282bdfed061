import type { Actor, SealedTriple } from "./events.js";
import { stepClear, successCheckClear } from "./events.js";
import { bool, int, list, nullable, oneOf, pattern, record, type Shape, type TypeOf, tagged } from "./shape.js";
import * as v from "./vocabulary.js";

/**
 * What people, alert sources and the workflow itself may ask of an incident. A body holds ids, enums, numbers and digests; every
 * word travels as a sealed triple beside it, under the path of the event slot that it will fill.
 */
const nothing = record({});
const plan = v.digest;
const ofStep = { step: v.slug, of: int(0, 10_000) };
const alert = { delivery: v.deliveryId, source: v.sourceId, episode: int(0, 1_000_000) };

const peoplesBodies = {
  "open-incident": record({
    class: v.slug,
    severity: v.severity,
    urgency: v.urgency,
    drill: bool,
    linkedTo: nullable(v.incidentId),
  }),
  "change-classification": record({ class: v.slug, severity: v.severity }),
  "assign-owner": record({ owner: v.personId }),
  acknowledge: nothing,
  join: nothing,
  leave: nothing,
  "propose-plan": record({
    plan,
    risk: v.risk,
    executor: v.executor,
    authors: list(v.personId, 20, 1),
    steps: list(stepClear, 50, 1),
    successCheck: successCheckClear,
  }),
  "withdraw-plan": record({ plan }),
  vote: record({
    verdict: oneOf("approve", "reject", "revoke"),
    plan,
    requirement: v.requirementId,
    requirementDigest: v.digest,
    onBehalfOf: v.nullablePerson,
    policyDecision: v.digest,
    atHead: v.digest,
    assertion: nullable(v.digest),
  }),
  "attach-evidence": record({ evidenceType: v.slug, plan: nullable(plan) }),
  "verify-evidence": record({ evidence: v.eventIdShape }),
  start: record({ plan }),
  stop: record({ plan }),
  rollback: record({ plan }),
  "confirm-step": record({ plan, step: v.slug, outcome: oneOf("done", "not-done", "failed") }),
  validate: record({ plan, outcome: oneOf("passed", "failed", "waived") }),
  resolve: record({ how: oneOf("validated", "waived", "recovered") }),
  reopen: nothing,
  close: nothing,
  cancel: record({
    reason: oneOf("false-alarm", "duplicate-of", "merged-into", "drill-aborted"),
    other: nullable(v.incidentId),
  }),
  "add-note": nothing,
  "add-task": record({ owner: v.nullablePerson, dueAt: nullable(v.instant) }),
  "assign-task": record({ task: v.eventIdShape, owner: v.personId }),
  "complete-task": record({ task: v.eventIdShape }),
  "drop-task": record({ task: v.eventIdShape }),
} as const;

const sourcesBodies = {
  /** Opens the incident where it is new, reopens a resolved one, otherwise adds to it. */
  "alert-fired": record({
    ...alert,
    startsAt: v.instant,
    class: v.slug,
    severity: v.severity,
    urgency: v.urgency,
    drill: bool,
    linkedTo: nullable(v.incidentId),
  }),
  "alert-resolved": record({ ...alert, endsAt: v.instant }),
  "alerts-suppressed": record({ count: int(1, 1_000_000), deliveries: list(v.deliveryId, 1_000) }),
} as const;

/** Only the workflow says these, from an acknowledged event or an effect's end; no envelope can carry one. */
const systemsBodies = {
  "system-start": record({ plan }),
  "authorise-step": record({ plan, step: v.slug, fence: int(0, Number.MAX_SAFE_INTEGER), rollback: bool }),
  "step-succeeded": record(ofStep),
  "step-failed": record({ ...ofStep, code: v.code, voidsApprovals: bool }),
  "step-outcome-unknown": record({ ...ofStep, code: v.code }),
  "hold-step": record({ plan, step: v.slug, code: v.code }),
  "check-finished": record({ plan, outcome: oneOf("passed", "failed") }),
  advance: nothing,
  "re-evaluate": nothing,
  /** A connector read the reference back from its source and found the digest that was attached. */
  "evidence-read-back": record({ evidence: v.eventIdShape }),
  /** What couldn't be accepted as a command at all. */
  "refuse-signal": record({ code: oneOf("MALFORMED", "NO_ENVELOPE", "BAD_ENVELOPE") }),
} as const;

export const personBody = tagged("type", peoplesBodies);
export const sourceBody = tagged("type", sourcesBodies);
export const systemBody = tagged("type", systemsBodies);
export type PersonBody = TypeOf<typeof personBody>;
export type SourceBody = TypeOf<typeof sourceBody>;
export type SystemBody = TypeOf<typeof systemBody>;
export type Body = PersonBody | SourceBody | SystemBody;
export type CommandType = Body["type"];
export type PersonCommandType = PersonBody["type"];
export type BodyOf<T extends CommandType> = Extract<Body, { type: T }>;

/** Who says commands of a type; null where no such type is known. */
export function speakerOf(type: string): Actor["kind"] | null {
  if (Object.hasOwn(peoplesBodies, type)) return "person";
  if (Object.hasOwn(sourcesBodies, type)) return "source";
  return Object.hasOwn(systemsBodies, type) ? "system" : null;
}

export const PERSON_COMMANDS = Object.keys(peoplesBodies) as PersonCommandType[];
/** The closed shape of one command's body without its `type`. */
export const personBodyShape = (type: PersonCommandType): Shape<unknown> => peoplesBodies[type];

const sealedPath = pattern("/[A-Za-z0-9][A-Za-z0-9/_-]{0,79}", "a JSON Pointer");
const sealedTriple: Shape<readonly string[]> = {
  schema: { type: "array", minItems: 3, maxItems: 3, items: { type: "string" } },
  check: (value, path, problems) => {
    if (!Array.isArray(value) || value.length !== 3)
      return void problems.push({ path, message: "expected [path, ref, commitment]" });
    [sealedPath, v.eventIdShape, v.digest].forEach((shape, i) => {
      shape.check(value[i], `${path}/${i}`, problems);
    });
  },
};

/** A command as an envelope carries it: what a person or an alert source asked, as the gateway vouches for it. */
export const commandShape = record({
  v: oneOf(1),
  org: v.orgId,
  inc: v.incidentId,
  commandId: v.commandId,
  actor: tagged("kind", { person: record({ id: v.personId }), source: record({ id: v.sourceId }) }),
  assurance: nullable(v.assurance),
  issuedAt: v.instant,
  body: tagged("type", { ...peoplesBodies, ...sourcesBodies }),
  sealed: list(sealedTriple, 200),
});

export interface Command {
  readonly v: 1;
  readonly org: string;
  readonly inc: string;
  readonly commandId: string;
  readonly actor: { readonly kind: "person" | "source"; readonly id: string };
  readonly assurance: Actor["assurance"];
  readonly issuedAt: string;
  readonly body: PersonBody | SourceBody;
  readonly sealed: readonly SealedTriple[];
}

/** The workflow's own command; `sealed` holds what an effect brought back, sealed by its activity. */
export interface SystemCommand {
  readonly commandId: string;
  readonly body: SystemBody;
  readonly sealed: readonly SealedTriple[];
}
