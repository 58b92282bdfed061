import { canonicalize, type Json, parseCanonical } from "../../incidents/canonical.js";
import type { SealedTriple } from "../../incidents/events.js";
import {
  commitmentOf,
  newSlot,
  type SlotPlace,
  type SlotSource,
  slotAad,
  slotKey,
  slotSalt,
} from "../../receipts/slots.js";
import { SealedValueDamaged } from "./errors.js";
import { decrypt, encrypt, NONCE_BYTES } from "./gcm.js";

/** A slot's key seals one value only, so that its nonce can be a constant (receipts/SPEC.md, "Sealed values"). */
const NO_NONCE = new Uint8Array(NONCE_BYTES);

export interface SealedSlot {
  readonly triple: SealedTriple;
  readonly ciphertext: Uint8Array;
}

export function sealSlot(source: SlotSource): SealedSlot {
  const { commitment, key, aad } = newSlot(source);
  const ciphertext = encrypt(key, NO_NONCE, aad, canonicalize(source.value));
  return { triple: [source.path, source.ref, commitment], ciphertext };
}

export interface OpenedSlot {
  /** 32 bytes. */
  readonly salt: Uint8Array;
  readonly value: Json;
}

/**
 * Opens one slot and proves that its value is the one committed to.
 * @throws {SealedValueDamaged}
 */
export function openSlot(incKey: Uint8Array, place: SlotPlace, committed: string, ciphertext: Uint8Array): OpenedSlot {
  const bytes = decrypt(slotKey(incKey, place), NO_NONCE, slotAad(place, committed), ciphertext);
  if (bytes === null)
    throw new SealedValueDamaged(`${place.path} of ${place.inc} doesn't open: other key, place or bytes`);
  const opened = { salt: slotSalt(incKey, place), value: parseCanonical(bytes) };
  if (commitmentOf(opened.salt, place, opened.value) === committed) return opened;
  throw new SealedValueDamaged(`${place.path} of ${place.inc} holds another value than the one committed to`);
}
