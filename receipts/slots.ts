import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, lp, unhex, utf8 } from "../incidents/bytes.js";
import type { Json } from "../incidents/canonical.js";
import { commitment } from "../incidents/digest.js";

/** Where a sealed value stands: `ref` is 16 random bytes as 32 hex digits, minted with the value before any seq is known. */
export interface SlotPlace {
  readonly org: string;
  readonly inc: string;
  readonly ref: string;
  /** A JSON Pointer, as the event's schema names it. */
  readonly path: string;
}

export interface SlotSource extends SlotPlace {
  /** K_inc, 32 bytes. */
  readonly incKey: Uint8Array;
  readonly value: Json;
}

export interface Slot {
  /** 32 bytes: what an opening discloses. */
  readonly salt: Uint8Array;
  /** 64 hex digits: what the event shows. */
  readonly commitment: string;
  /** 32 bytes, for AES-256-GCM with a nonce of 12 zero bytes: a key seals one value only. */
  readonly key: Uint8Array;
  /** Associated data: a ciphertext can't be moved to another slot. */
  readonly aad: Uint8Array;
}

/** Everything that sealing one value takes, but the cipher. */
export function newSlot({ incKey, value, ...place }: SlotSource): Slot {
  const salt = slotSalt(incKey, place);
  const committed = commitmentOf(salt, place, value);
  return { salt, commitment: committed, key: slotKey(incKey, place), aad: slotAad(place, committed) };
}

export const commitmentOf = (salt: Uint8Array, place: SlotPlace, value: Json): string =>
  commitment({ salt, ...place, value });

export const slotSalt = (incKey: Uint8Array, place: SlotPlace): Uint8Array =>
  derive(incKey, "countersign/salt/v1", place);
export const slotKey = (incKey: Uint8Array, place: SlotPlace): Uint8Array =>
  derive(incKey, "countersign/slot-key/v1", place);

/** lp(org) ‖ lp(inc) ‖ lp(ref) ‖ lp(path) ‖ commitment (32 bytes). */
export const slotAad = ({ org, inc, ref, path }: SlotPlace, committed: string): Uint8Array =>
  concat(lp(org), lp(inc), lp(ref), lp(path), unhex(committed));

const derive = (incKey: Uint8Array, label: string, { ref, path }: SlotPlace): Uint8Array =>
  hkdf(sha256, incKey, undefined, concat(lp(label), lp(ref), lp(path)), 32);

/**
 * The blind of a plan's or display's digest, 32 bytes: equal bytes of one incident have equal digests, and an outsider can't test
 * guesses. Itself a sealed slot, as base64url.
 */
export const blindOf = (incKey: Uint8Array, kind: "plan" | "display", bytes: Uint8Array): Uint8Array =>
  hmac(sha256, hkdf(sha256, incKey, undefined, utf8(`countersign/blind/v1/${kind}`), 32), bytes);
