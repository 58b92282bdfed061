import { sha256 } from "@noble/hashes/sha2.js";
import { concat, lp } from "./bytes.js";

/** Partitions of `incident-events.v1`. Never changed: an incident's order rests on staying in one. */
export const PARTITIONS = 12;

/** First 4 bytes of SHA-256(lp(org) ‖ lp(inc)), big-endian, mod 12: computed by us, so that no client library decides it. */
export function partitionOf(org: string, inc: string): number {
  const digest = sha256(concat(lp(org), lp(inc)));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % PARTITIONS;
}
