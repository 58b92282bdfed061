import { b64u } from "../incidents/bytes.js";
import { digestOf } from "../incidents/digest.js";
import { parseEvent } from "../incidents/event.js";
import type { LogRecord } from "../incidents/record.js";
import type { Core } from "./format.js";
import { type AttachmentKind, chainMentions, type Mention } from "./mentions.js";

/**
 * The core of a receipt from the incident's records, in order of seq, and the statement over them. Deterministic: a rebuild from
 * the log gives the same bytes.
 *
 * @throws {MissingAttachment} where a record lacks bytes that an event names.
 */
export function assembleCore(records: readonly LogRecord[], statement: Uint8Array): Core {
  const mentions = chainMentions(records.map(({ event }) => parseEvent(event)));
  const find = attachmentsOf(records);
  const all = (kind: AttachmentKind): string[] => mentions.filter((m) => m.kind === kind).map((m) => b64u(find(m)));
  return {
    statement: b64u(statement),
    events: records.map(({ event, signature }) => ({ b: b64u(event), sig: b64u(signature) })),
    assertions: [],
    envelopes: all("envelope"),
    facts: all("section"),
    policies: all("policy"),
  };
}

/** A record without bytes that its event names: the fold never lets one in, so the store has lost something. */
export class MissingAttachment extends Error {
  override readonly name = "MissingAttachment";
}

function attachmentsOf(records: readonly LogRecord[]): (mention: Mention) => Uint8Array {
  const byDigest = new Map<string, Uint8Array>();
  for (const bytes of records.flatMap((record) => record.attachments))
    for (const name of namesOf(bytes)) byDigest.set(name, bytes);
  return ({ kind, digest }) => {
    const bytes = byDigest.get(`${kind} ${digest}`);
    if (!bytes) throw new MissingAttachment(`no record holds the ${kind} ${digest}`);
    return bytes;
  };
}

/** An attachment doesn't say of what kind it is; the digest that names it does. */
const namesOf = (bytes: Uint8Array): readonly string[] =>
  (["envelope", "section", "policy"] as const).map((kind) => `${kind} ${digestOf(kind, bytes)}`);
