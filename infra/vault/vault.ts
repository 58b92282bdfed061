import { randomBytes } from "node:crypto";
import type { SealedValues } from "../../activities/ports.js";
import { b64u, hex } from "../../incidents/bytes.js";
import { canonicalize, type Json } from "../../incidents/canonical.js";
import { blindedDigest } from "../../incidents/digest.js";
import type { SealedTriple } from "../../incidents/events.js";
import { blindOf } from "../../receipts/slots.js";
import type { KeyStore } from "../keys/store.js";
import type { Sql } from "../sql/sql.js";
import { incidentKeys } from "./incident-keys.js";
import { readSealed, storeSealed } from "./sealed-rows.js";
import { openSlot, sealSlot } from "./slot-cipher.js";

/** What opens one slot of a receipt; whoever makes the receipt adds the event's `seq`. */
export interface Opening {
  readonly path: string;
  /** 32 bytes, base64url. */
  readonly salt: string;
  readonly value: Json;
}

/** The digest of a plan's meaning, and what makes guesses at it useless to outsiders: sealed as `/planBlind`. */
export interface BlindedDigest {
  readonly digest: string;
  /** 32 bytes, base64url: the value of the slot. */
  readonly blind: string;
}

/** All sealed values of an organisation. Erasing them comes with its own command (receipts.md) and isn't here yet. */
export interface Vault extends SealedValues {
  /** Before anything of an incident is sealed. Repeatable: the first call makes the key, later ones keep it. */
  mintIncidentKey(org: string, inc: string): Promise<void>;
  /** In the order of the triples. @throws {SealedValueMissing} */
  openings(org: string, inc: string, triples: readonly SealedTriple[]): Promise<readonly Opening[]>;
  /** Equal for equal meanings of one incident, and only there. */
  planDigest(org: string, inc: string, meaning: Json): Promise<BlindedDigest>;
  displayDigest(org: string, inc: string, text: Json): Promise<BlindedDigest>;
}

/** @throws {SealedValueDamaged} from whatever opens a value that another key sealed, or that was changed. */
export function openVault(sql: Sql, keys: KeyStore): Vault {
  const incKeys = incidentKeys(sql, keys);
  const blinded = async (kind: "plan" | "display", org: string, inc: string, meaning: Json): Promise<BlindedDigest> => {
    const bytes = canonicalize(meaning);
    const blind = blindOf(await incKeys.load(org, inc), kind, bytes);
    return { digest: blindedDigest(kind, blind, bytes), blind: b64u(blind) };
  };
  const openings = async (org: string, inc: string, triples: readonly SealedTriple[]): Promise<readonly Opening[]> => {
    const ciphertexts = await readSealed(sql, org, inc, triples);
    if (triples.length === 0) return [];
    const incKey = await incKeys.load(org, inc);
    return triples.map(([path, ref, committed], i) => {
      const { salt, value } = openSlot(incKey, { org, inc, ref, path }, committed, ciphertexts[i]!);
      return { path, salt: b64u(salt), value };
    });
  };
  return {
    mintIncidentKey: incKeys.mint,
    seal: async (org, inc, values) => {
      const incKey = await incKeys.load(org, inc);
      const slots = values.map(({ path, value }) => sealSlot({ incKey, org, inc, ref: newRef(), path, value }));
      return storeSealed(sql, org, inc, slots);
    },
    ciphertexts: (org, inc, triples) => readSealed(sql, org, inc, triples),
    open: async (org, inc, triples) => (await openings(org, inc, triples)).map(({ value }) => value),
    openings,
    planDigest: (org, inc, meaning) => blinded("plan", org, inc, meaning),
    displayDigest: (org, inc, text) => blinded("display", org, inc, text),
  };
}

/** 16 random bytes for each value: a place is never used twice, which the slot key's constant nonce rests on. */
const newRef = (): string => hex(randomBytes(16));
