import { sha256 } from "@noble/hashes/sha2.js";
import { concat, hex, lp, u32be, u64be, utf8 } from "./bytes.js";
import { canonicalize, type Json } from "./canonical.js";

const ZERO = Uint8Array.of(0);
const hash = (...parts: readonly Uint8Array[]): string => hex(sha256(concat(...parts)));
const domain = (label: string): Uint8Array => concat(utf8(`countersign/${label}`), ZERO);

/** SHA-256("countersign/<kind>/v1" ‖ 0x00 ‖ bytes), as 64 hex digits. */
export const digestOf = (kind: string, bytes: Uint8Array): string => hash(domain(`${kind}/v1`), bytes);

export const digestOfJson = (kind: string, value: Json): string => digestOf(kind, canonicalize(value));

/** Event hash, log leaf and chain link in one: the RFC 6962 leaf hash, SHA-256(0x00 ‖ event bytes). */
export const eventHash = (event: Uint8Array): string => hash(ZERO, event);

/** `prev` of seq 0: binds a chain to its organisation and incident before it has any event. */
export const genesisHash = (org: string, inc: string): string => hash(domain("genesis/v1"), lp(org), lp(inc));

/** `eid`: 16 bytes as 32 hex digits; the same on every worker that writes this event again. */
export const eventId = (inc: string, commandId: string, index: number): string =>
  hash(domain("eid/v1"), lp(inc), lp(commandId), u32be(index)).slice(0, 32);

export interface SealedValue {
  /** 32 bytes. */
  readonly salt: Uint8Array;
  readonly org: string;
  readonly inc: string;
  readonly ref: string;
  readonly path: string;
  readonly value: Json;
}

/** What an event shows of a sealed value; hides it as long as the salt is secret, and binds it to its place. */
export const commitment = ({ salt, org, inc, ref, path, value }: SealedValue): string =>
  hash(domain("field/v1"), lp(salt), lp(org), lp(inc), lp(ref), lp(path), lp(canonicalize(value)));

/** Equal values of one incident have equal digests, and an outsider can't test guesses: `blind` is 32 secret bytes. */
export const blindedDigest = (kind: "plan" | "display", blind: Uint8Array, bytes: Uint8Array): string =>
  hash(domain(`${kind}/v1`), lp(blind), bytes);

export interface StepOfPlan {
  readonly org: string;
  readonly inc: string;
  /** seq of the StepAuthorised that releases the effect. */
  readonly seq: number;
  readonly planDigest: string;
  readonly step: string;
}

/** The idempotency key of one effect: stable over every retry, different for every authorisation. */
export const stepKey = ({ org, inc, seq, planDigest, step }: StepOfPlan): string =>
  hash(domain("step-key/v1"), lp(org), lp(inc), u64be(seq), lp(planDigest), lp(step));
