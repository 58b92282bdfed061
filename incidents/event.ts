import { canonicalize, type Json, parseCanonical } from "./canonical.js";
import { eventHash } from "./digest.js";
import {
  type Actor,
  actorShape,
  EVENTS,
  type EventType,
  type Fact,
  isEventType,
  SCHEMA,
  type SealedTriple,
  sealedPaths,
} from "./events.js";
import { int, list, oneOf, pattern, problemsOf, record, type Shape, text } from "./shape.js";
import * as v from "./vocabulary.js";

/** One event as it stands in the log: the canonical bytes of this are the leaf (receipts/SPEC.md, "Event"). */
export interface EventBody<T extends EventType = EventType> {
  readonly v: 1;
  readonly typ: T;
  readonly org: string;
  readonly inc: string;
  readonly seq: number;
  readonly eid: string;
  readonly at: string;
  readonly prev: string;
  readonly actor: Actor;
  readonly clear: Json;
  readonly sealed: readonly SealedTriple[];
  readonly schema: typeof SCHEMA;
  readonly kid: string;
}

export const MAX_EVENT_BYTES = 65_535;
export const EVENT_PAYLOAD_TYPE = "application/vnd.countersign.event.v1+json";

export type EventCode =
  | "EVENT_TOO_LARGE"
  | "EVENT_NOT_CANONICAL"
  | "EVENT_SHAPE"
  | "EVENT_UNKNOWN"
  | "SCHEMA_UNKNOWN"
  | "SLOTS_MISMATCH";

/** Bytes that aren't an event of a schema that we know. */
export class EventError extends Error {
  override readonly name = "EventError";
  constructor(
    readonly code: EventCode,
    message: string,
    readonly path = "",
  ) {
    super(`${code}: ${message}`);
  }
}

const refuse = (code: EventCode, message: string, path = ""): never => {
  throw new EventError(code, message, path);
};

const triple: Shape<SealedTriple> = {
  schema: { type: "array", items: { type: "string" }, minItems: 3, maxItems: 3 },
  check: (value, path, problems) => {
    if (!Array.isArray(value) || value.length !== 3)
      return void problems.push({ path, message: "expected [path, ref, commitment]" });
    [text(80), v.eventIdShape, v.digest].forEach((shape, i) => {
      shape.check(value[i], `${path}/${i}`, problems);
    });
  },
};

export const keyId = pattern("[a-z]{3,12}-[0-9a-f]{16}", "a key id");

const frame = {
  v: oneOf(1),
  typ: text(60),
  org: v.orgId,
  inc: v.incidentId,
  seq: int(0, 1_000_000),
  eid: v.eventIdShape,
  at: v.instant,
  prev: v.digest,
  actor: actorShape,
  sealed: list(triple, 1_000),
  schema: text(80),
  kid: keyId,
};

/** @throws {EventError} where the event isn't of its closed shape or is too large. */
export function encodeEvent(event: EventBody): Uint8Array {
  checkEvent(event);
  const bytes = canonicalize(event as unknown as Json);
  return bytes.length <= MAX_EVENT_BYTES
    ? bytes
    : refuse("EVENT_TOO_LARGE", `an event has at most ${MAX_EVENT_BYTES} bytes`);
}

/** @throws {EventError} where the bytes aren't the canonical form of an event of its closed shape. */
export function parseEvent(bytes: Uint8Array): EventBody {
  if (bytes.length > MAX_EVENT_BYTES) refuse("EVENT_TOO_LARGE", `an event has at most ${MAX_EVENT_BYTES} bytes`);
  let value: Json;
  try {
    value = parseCanonical(bytes);
  } catch (error) {
    return refuse("EVENT_NOT_CANONICAL", (error as Error).message);
  }
  checkEvent(value);
  return value as unknown as EventBody;
}

function checkEvent(value: unknown): void {
  const event = value as EventBody;
  if (event?.schema !== SCHEMA) refuse("SCHEMA_UNKNOWN", `expected ${SCHEMA}`, "/schema");
  if (!isEventType(event.typ)) refuse("EVENT_UNKNOWN", "the event type is not in the schema", "/typ");
  const problem = problemsOf(record({ ...frame, clear: EVENTS[event.typ].clear }), value)[0];
  if (problem) refuse("EVENT_SHAPE", problem.message, problem.path);
  const expected = sealedPaths(event.typ, event.actor.kind);
  if (event.sealed.length !== expected.length || event.sealed.some(([path], i) => path !== expected[i]))
    refuse("SLOTS_MISMATCH", `expected the slots ${expected.join(", ") || "none"}`, "/sealed");
}

/** What `evolve` may see of an event. */
export const factOf = ({ seq, eid, typ, at, actor, clear }: EventBody, hash: string): Fact =>
  ({ seq, hash, eid, typ, at, actor, clear }) as Fact;

export const factOfBytes = (bytes: Uint8Array): Fact => factOf(parseEvent(bytes), eventHash(bytes));
