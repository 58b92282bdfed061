import { unb64u } from "../../incidents/bytes.js";
import { genesisHash } from "../../incidents/digest.js";
import { pae } from "../../incidents/dsse.js";
import { EVENT_PAYLOAD_TYPE, type EventBody, EventError, parseEvent } from "../../incidents/event.js";
import { type KeyRole, verifySignature } from "../ed25519.js";
import { ROLE_LISTS, type Trust } from "../trust.js";
import { type Finding, finding } from "./codes.js";
import type { RawEvent } from "./parse.js";

/** An event whose bytes are proven: its place in the chain, and who recorded it. */
export interface ProvenEvent {
  readonly body: EventBody;
  readonly hash: string;
}

/** Stage 6: the events in order. All faults are collected; an event that can't be read is named, and the others still checked. */
export function verifyEvents(
  events: readonly RawEvent[],
  trust: Trust,
): { readonly events: readonly ProvenEvent[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const proven: ProvenEvent[] = [];
  const seen: Seen = { eids: new Set(), slots: new Set() };
  events.forEach((raw, i) => {
    const body = readEvent(raw, i, findings);
    if (body === null) return;
    findings.push(...placeFaults(body, events, i, proven[0]?.body ?? body, trust));
    findings.push(...repeats(body, i, seen), ...signatureFaults(body, raw, i, trust));
    const before = proven.at(-1);
    if (before && body.at < before.body.at)
      findings.push(finding("TIME_BACKWARDS", { event: i, path: "/at" }, `${body.at} after ${before.body.at}`));
    proven.push({ body, hash: raw.hash });
  });
  return { events: proven, findings };
}

function readEvent({ bytes }: RawEvent, i: number, findings: Finding[]): EventBody | null {
  try {
    return parseEvent(bytes);
  } catch (error) {
    if (!(error instanceof EventError)) throw error;
    findings.push(finding(error.code, { event: i, path: error.path }, error.message));
    return null;
  }
}

/** `prev` is held against the bytes before it, whether or not these could be read. */
function placeFaults(
  body: EventBody,
  events: readonly RawEvent[],
  i: number,
  first: EventBody,
  trust: Trust,
): readonly Finding[] {
  const prev = i === 0 ? genesisHash(body.org, body.inc) : events[i - 1]!.hash;
  return [
    ...(body.org === trust.org
      ? []
      : [finding("ORG_NOT_TRUSTED", { event: i, path: "/org" }, `expected ${trust.org}, found ${body.org}`)]),
    ...(body.inc === first.inc
      ? []
      : [finding("INCIDENT_CHANGED", { event: i, path: "/inc" }, `expected ${first.inc}, found ${body.inc}`)]),
    ...(body.seq === i ? [] : [finding("SEQ_WRONG", { event: i, path: "/seq" }, `expected ${i}, found ${body.seq}`)]),
    ...(body.prev === prev ? [] : [finding("PREV_MISMATCH", { event: i, path: "/prev" })]),
  ];
}

interface Seen {
  readonly eids: Set<string>;
  readonly slots: Set<string>;
}

function repeats({ eid, sealed }: EventBody, i: number, seen: Seen): readonly Finding[] {
  const found = seen.eids.has(eid) ? [finding("EID_REPEATED", { event: i, path: "/eid" })] : [];
  seen.eids.add(eid);
  for (const [path, ref] of sealed) {
    const slot = `${ref} ${path}`;
    if (seen.slots.has(slot)) found.push(finding("REF_REUSED", { event: i, path }));
    seen.slots.add(slot);
  }
  return found;
}

function signatureFaults(body: EventBody, raw: RawEvent, i: number, trust: Trust): readonly Finding[] {
  if (trust.recorders.length === 0 && !trust.require.includes("signatures")) return [];
  const key = keyOf(trust, "recorder", body.kid);
  if (key === null) {
    const code = isKeyOfAnotherRole(trust, "recorder", body.kid) ? "KEY_ROLE_WRONG" : "KEY_NOT_TRUSTED";
    return [finding(code, { event: i, path: "/kid" }, body.kid)];
  }
  const signed = pae(EVENT_PAYLOAD_TYPE, raw.bytes);
  return verifySignature(key, signed, raw.signature) ? [] : [finding("EVENT_SIGNATURE_BAD", { event: i })];
}

/** The 32-byte key that the trust file names for a role under an id; null where there is none. */
export function keyOf(trust: Trust, role: KeyRole, keyid: string): Uint8Array | null {
  const named = trust[ROLE_LISTS[role]].find((key) => key.keyid === keyid);
  return named ? unb64u(named.publicKey) : null;
}

/** By the id's end too, so that a key under another role's name is called what it is. */
export function isKeyOfAnotherRole(trust: Trust, role: KeyRole, keyid: string): boolean {
  const tail = keyid.slice(keyid.lastIndexOf("-"));
  return (Object.keys(ROLE_LISTS) as KeyRole[]).some(
    (other) => other !== role && trust[ROLE_LISTS[other]].some((key) => key.keyid.endsWith(tail)),
  );
}
