import { parseCanonical } from "../incidents/canonical.js";
import { digestOf, eventHash } from "../incidents/digest.js";
import { pae } from "../incidents/dsse.js";
import { EnvelopeError, parseEnvelope } from "../incidents/envelope.js";
import {
  EVENT_PAYLOAD_TYPE,
  type EventBody,
  type EventCode,
  EventError,
  keyId,
  parseEvent,
} from "../incidents/event.js";
import { type LogRecord, parseRecord, RecordError } from "../incidents/record.js";
import { conforms, int, record } from "../incidents/shape.js";
import * as v from "../incidents/vocabulary.js";
import { verifySignature } from "./ed25519.js";
import { type Mention, mentionsOf } from "./mentions.js";
import type { FoldKeys } from "./ports.js";

export type RejectCode =
  | "RECORD_MALFORMED"
  | Exclude<EventCode, "SCHEMA_UNKNOWN">
  | "KEY_UNKNOWN"
  | "SIGNATURE_BAD"
  | "KID_MISMATCH"
  | "SEALED_COUNT"
  | "ATTACHMENT_MISSING"
  | "ATTACHMENT_UNNAMED"
  | "ENVELOPE_MALFORMED"
  | "ENVELOPE_KEY_UNKNOWN"
  | "ENVELOPE_SIGNATURE_BAD"
  | "ENVELOPE_MISPLACED"
  | "UNLAWFUL";

/** A record that a recorder of its organisation signed, with all that its event names. */
export interface Admitted {
  readonly kind: "admitted";
  readonly event: EventBody;
  readonly hash: string;
  readonly record: LogRecord;
}

/** Signed by a recorder, of a schema that this program doesn't know: never called poison. */
export interface Newer {
  readonly kind: "newer";
  readonly org: string;
  readonly inc: string;
  readonly seq: number;
  readonly hash: string;
}

export interface Rejected {
  readonly kind: "rejected";
  readonly code: RejectCode;
  readonly detail: string;
}

const rejected = (code: RejectCode, detail = ""): Rejected => ({ kind: "rejected", code, detail });

/** Signature before consequence: what isn't signed by a recorder of the organisation that it names touches no incident. */
export function admit(bytes: Uint8Array, keys: FoldKeys): Admitted | Newer | Rejected {
  try {
    const log = parseRecord(bytes);
    return admitRecord(log, keys);
  } catch (error) {
    if (error instanceof RecordError) return rejected("RECORD_MALFORMED", error.message);
    throw error;
  }
}

function admitRecord(log: LogRecord, keys: FoldKeys): Admitted | Newer | Rejected {
  const read = readEvent(log.event);
  if ("code" in read && read.code !== "SCHEMA_UNKNOWN") return rejected(read.code, read.message);
  const frame = "event" in read ? read.event : readFrame(log.event);
  if (frame === null) return rejected("EVENT_SHAPE", "neither of a known schema nor of an event's frame");
  const unsigned = refuseSignature(log, frame, keys);
  if (unsigned !== null) return unsigned;
  const hash = eventHash(log.event);
  if (!("event" in read)) return { kind: "newer", org: frame.org, inc: frame.inc, seq: frame.seq, hash };
  return refuseCargo(log, read.event, keys) ?? { kind: "admitted", event: read.event, hash, record: log };
}

function readEvent(
  bytes: Uint8Array,
): { readonly event: EventBody } | { readonly code: EventCode; readonly message: string } {
  try {
    return { event: parseEvent(bytes) };
  } catch (error) {
    if (error instanceof EventError) return { code: error.code, message: error.message };
    throw error;
  }
}

interface Frame {
  readonly org: string;
  readonly inc: string;
  readonly seq: number;
  readonly kid: string;
}

const frameShape = record({ org: v.orgId, inc: v.incidentId, seq: int(0, 1_000_000), kid: keyId });

/** The members that every schema has, to know whose signature and which incident's place it is. */
function readFrame(bytes: Uint8Array): Frame | null {
  const { org, inc, seq, kid } = parseCanonical(bytes) as Partial<Record<keyof Frame, unknown>>;
  const frame: unknown = { org, inc, seq, kid };
  return conforms(frameShape, frame) ? frame : null;
}

function refuseSignature(log: LogRecord, { org, kid }: Frame, keys: FoldKeys): Rejected | null {
  if (log.kid !== kid) return rejected("KID_MISMATCH", `the record says ${log.kid}, its event ${kid}`);
  const key = keys.recorder(org, kid);
  if (key === null) return rejected("KEY_UNKNOWN", `${org} has no recorder ${kid}`);
  return verifySignature(key, pae(EVENT_PAYLOAD_TYPE, log.event), log.signature)
    ? null
    : rejected("SIGNATURE_BAD", kid);
}

/** What travels with the event: one ciphertext per slot (or none, once erased), and exactly the attachments that it names. */
function refuseCargo(log: LogRecord, event: EventBody, keys: FoldKeys): Rejected | null {
  if (log.sealed.length !== event.sealed.length && log.sealed.length !== 0)
    return rejected("SEALED_COUNT", `${log.sealed.length} for ${event.sealed.length} slots`);
  const mentions = mentionsOf(event);
  const missing = mentions.find((mention) => !log.attachments.some((bytes) => isNamed(bytes, mention)));
  if (missing) return rejected("ATTACHMENT_MISSING", `${missing.kind} ${missing.digest}`);
  if (!log.attachments.every((bytes) => mentions.some((mention) => isNamed(bytes, mention))))
    return rejected("ATTACHMENT_UNNAMED");
  const envelope = mentions.find(({ kind }) => kind === "envelope");
  return envelope ? refuseEnvelope(log.attachments.find((bytes) => isNamed(bytes, envelope))!, event, keys) : null;
}

const isNamed = (bytes: Uint8Array, { kind, digest }: Mention): boolean => digestOf(kind, bytes) === digest;

function refuseEnvelope(bytes: Uint8Array, { org, inc }: EventBody, keys: FoldKeys): Rejected | null {
  try {
    const { command, keyid, signed, signature } = parseEnvelope(bytes);
    const key = keys.gateway(org, keyid);
    if (key === null) return rejected("ENVELOPE_KEY_UNKNOWN", `${org} has no gateway ${keyid}`);
    if (!verifySignature(key, signed, signature)) return rejected("ENVELOPE_SIGNATURE_BAD", keyid);
    return command.org === org && command.inc === inc
      ? null
      : rejected("ENVELOPE_MISPLACED", `${command.org}/${command.inc}`);
  } catch (error) {
    if (error instanceof EnvelopeError) return rejected("ENVELOPE_MALFORMED", error.message);
    throw error;
  }
}
