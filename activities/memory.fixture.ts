import { utf8 } from "../incidents/bytes.js";
import { canonicalize, type Json } from "../incidents/canonical.js";
import { digestOf } from "../incidents/digest.js";
import type { SealedTriple } from "../incidents/events.js";
import {
  type Attachments,
  type Claim,
  type Claims,
  type Effects,
  EventLogUnavailable,
  type EventLogWriter,
  SealedValueMissing,
  type SealedValues,
  SequenceConflict,
} from "./ports.js";

/** The event log in memory, with the two ways in which an append can go wrong. */
export interface MemoryLog extends EventLogWriter {
  readonly records: Uint8Array[];
  /** `refused`: the next append fails and nothing is stored. `answer-lost`: it is stored, and the caller hears of a failure. */
  fault: "refused" | "answer-lost" | null;
}

export function memoryLog(): MemoryLog {
  const log: MemoryLog = {
    records: [],
    fault: null,
    append: async (_org, _inc, records) => {
      const { fault } = log;
      log.fault = null;
      if (fault !== "refused") log.records.push(...records);
      if (fault !== null) throw new EventLogUnavailable(fault);
    },
  };
  return log;
}

type Held = Claim & { readonly acknowledged: boolean };

export interface MemoryClaims extends Claims {
  readonly all: Map<number, Held>;
}

/** The claims of one incident. */
export function memoryClaims(): MemoryClaims {
  const all = new Map<number, Held>();
  return {
    all,
    claim: async (_org, inc, wanted) => {
      const taken = wanted.find(({ seq, hash }) => all.has(seq) && all.get(seq)!.hash !== hash);
      if (taken) throw new SequenceConflict(`event ${taken.seq} of ${inc} is another`);
      for (const claim of wanted) if (!all.has(claim.seq)) all.set(claim.seq, { ...claim, acknowledged: false });
    },
    acknowledge: async (_org, _inc, firstSeq, count) => {
      for (let seq = firstSeq; seq < firstSeq + count; seq++) all.set(seq, { ...all.get(seq)!, acknowledged: true });
    },
    from: async (_org, _inc, seq) =>
      [...all.values()].filter((claim) => claim.seq >= seq).sort((a, b) => a.seq - b.seq),
    acknowledged: async (_org, _inc, seq) => (all.get(seq)?.acknowledged ? all.get(seq)!.record : null),
  };
}

/** Values as they are: what seals them is tested where it is (infra/vault). */
export function memorySealed(): SealedValues {
  const values = new Map<string, Json>();
  const opened = ([path, ref]: SealedTriple): Json => {
    const value = values.get(`${ref}${path}`);
    if (value === undefined) throw new SealedValueMissing(path);
    return value;
  };
  return {
    seal: async (_org, _inc, given) =>
      given.map(({ path, value }): SealedTriple => {
        const ref = digestOf("test-ref", utf8(String(values.size))).slice(0, 32);
        values.set(`${ref}${path}`, value);
        return [path, ref, digestOf("test-commitment", canonicalize(value))];
      }),
    ciphertexts: async (_org, _inc, triples) => triples.map((triple) => canonicalize(opened(triple))),
    open: async (_org, _inc, triples) => triples.map(opened),
  };
}

export function memoryAttachments(): Attachments {
  const all = new Map<string, Uint8Array>();
  return {
    put: async (_org, digest, bytes) => void all.set(digest, bytes),
    get: async (_org, digest) => all.get(digest) ?? null,
  };
}

export function memoryEffects(): Effects {
  const begun = new Set<number>();
  return { begin: async (_org, _inc, seq) => !begun.has(seq) && begun.add(seq) !== undefined };
}
