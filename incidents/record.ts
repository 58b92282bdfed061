import { b64u, unb64u } from "./bytes.js";
import { canonicalize, type Json, parseCanonical } from "./canonical.js";
import { keyId } from "./event.js";
import { list, oneOf, pattern, problemsOf, record, type Shape } from "./shape.js";

/** One record of the event log: an event, its signature, and what travels with it. */
export interface LogRecord {
  /** The event's canonical bytes. */
  readonly event: Uint8Array;
  /** 64 bytes, over the DSSE PAE of the event. */
  readonly signature: Uint8Array;
  readonly kid: string;
  /** The ciphertext of each sealed slot, in the event's order. Empty once erased. */
  readonly sealed: readonly Uint8Array[];
  /** Canonical bytes that the event names by digest: envelope, facts sections, policies. */
  readonly attachments: readonly Uint8Array[];
}

/** The topic's `max.message.bytes`, which a record is checked against before it claims its place. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

const base64url = pattern("[A-Za-z0-9_-]*", "base64url");
const recordShape: Shape<Wire> = record({
  v: oneOf(1),
  b: base64url,
  sig: base64url,
  kid: keyId,
  sealed: list(base64url, 1_000),
  attachments: list(base64url, 64),
});

interface Wire {
  readonly v: 1;
  readonly b: string;
  readonly sig: string;
  readonly kid: string;
  readonly sealed: readonly string[];
  readonly attachments: readonly string[];
}

/** Bytes that aren't a log record. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

export function encodeRecord({ event, signature, kid, sealed, attachments }: LogRecord): Uint8Array {
  const wire: Wire = {
    v: 1,
    b: b64u(event),
    sig: b64u(signature),
    kid,
    sealed: sealed.map(b64u),
    attachments: attachments.map(b64u),
  };
  const bytes = canonicalize(wire as unknown as Json);
  if (bytes.length > MAX_RECORD_BYTES)
    throw new RecordError(`a record has at most ${MAX_RECORD_BYTES} bytes, this one has ${bytes.length}`);
  return bytes;
}

/** @throws {RecordError} */
export function parseRecord(bytes: Uint8Array): LogRecord {
  try {
    const value: unknown = parseCanonical(bytes);
    const problem = problemsOf(recordShape, value)[0];
    if (problem) throw new RangeError(`${problem.path}: ${problem.message}`);
    const { b, sig, kid, sealed, attachments } = value as Wire;
    return {
      event: unb64u(b),
      signature: unb64u(sig),
      kid,
      sealed: sealed.map(unb64u),
      attachments: attachments.map(unb64u),
    };
  } catch (error) {
    throw new RecordError(`not a log record: ${(error as Error).message}`);
  }
}
