import { factOf } from "../incidents/event.js";
import { evolve, UnlawfulEvent, unopened } from "../incidents/evolve.js";
import type { Opened, State } from "../incidents/state.js";
import { type Admitted, admit, type Newer, type Rejected } from "./admit.js";
import type { FoldKeys } from "./ports.js";

/** What a record does to its incident's fold. */
export type Folded =
  | { readonly kind: "accepted"; readonly state: Opened; readonly admitted: Admitted }
  | { readonly kind: "duplicate" }
  /** A second signed event of one place, or one that doesn't follow the head. */
  | { readonly kind: "fork"; readonly seq: number; readonly hash: string; readonly known: string }
  | { readonly kind: "gap"; readonly expected: number; readonly found: number }
  /** Of a newer schema: the incident waits for an upgrade. */
  | { readonly kind: "held"; readonly seq: number }
  | Rejected;

/** The hash of an incident's folded event; null where none has that seq. */
export type HashAt = (seq: number) => string | null;

/**
 * Folds one record of one incident. Pure, so that the builder, a rebuild and a test do the same.
 *
 * `hashAt` may be left out where the state still holds the hashes that a duplicate could have (the last 500).
 */
export function fold(state: State, bytes: Uint8Array, keys: FoldKeys, hashAt: HashAt = recentHash(state)): Folded {
  const admitted = admit(bytes, keys);
  return admitted.kind === "rejected" ? admitted : place(state, admitted, hashAt);
}

/** Puts an admitted record into its place in the chain, or says why it has none. */
export function place(state: State, admitted: Admitted | Newer, hashAt: HashAt): Folded {
  const { seq } = admitted.kind === "newer" ? admitted : admitted.event;
  if (seq > state.seq) return { kind: "gap", expected: state.seq, found: seq };
  if (seq < state.seq) {
    const known = hashAt(seq);
    return known === admitted.hash
      ? { kind: "duplicate" }
      : { kind: "fork", seq, hash: admitted.hash, known: known ?? "" };
  }
  if (admitted.kind === "newer") return { kind: "held", seq };
  if (admitted.event.prev !== state.head) return { kind: "fork", seq, hash: admitted.hash, known: state.head };
  return advance(state, admitted);
}

function advance(state: State, admitted: Admitted): Folded {
  try {
    return { kind: "accepted", state: evolve(state, factOf(admitted.event, admitted.hash)), admitted };
  } catch (error) {
    if (error instanceof UnlawfulEvent) return { kind: "rejected", code: "UNLAWFUL", detail: error.message };
    throw error;
  }
}

const recentHash =
  (state: State): HashAt =>
  (seq) =>
    state.phase === "none" ? null : (state.hashes[seq - (state.seq - state.hashes.length)] ?? null);

/** The fold of nothing. */
export const beginning = (org: string, inc: string): State => unopened(org, inc);
