import type { Json, JsonObject } from "../incidents/canonical.js";
import type { SealedTriple } from "../incidents/events.js";

/** Where append writes. The `kafka` and the `postgres` adapter are held to one conformance suite. */
export interface EventLogWriter {
  /**
   * Appends encoded records (incidents/record.ts) of one incident, in order.
   *
   * When `append` returns, every record is durable. At least once: the caller retries when an answer is lost, and appending the
   * same bytes again is harmless, since the fold drops them.
   *
   * @throws {EventLogUnavailable} when the log can't take them now. Retryable.
   */
  append(org: string, inc: string, records: readonly Uint8Array[]): Promise<void>;
}

export class EventLogUnavailable extends Error {
  override readonly name = "EventLogUnavailable";
}

/** One event's place in its chain, taken before the log is written. */
export interface Claim {
  readonly seq: number;
  /** The event hash, 64 hex digits. */
  readonly hash: string;
  readonly eid: string;
  /** The encoded log record (incidents/record.ts). */
  readonly record: Uint8Array;
}

/** A guard and a read path, in SQL; the log is the truth. */
export interface Claims {
  /**
   * Claims all places in one transaction: inserts, or compares what is there. After a crash here the log may lack the records; a
   * retry settles it.
   * @throws {SequenceConflict} where another event holds one of the places. Not retryable.
   */
  claim(org: string, inc: string, claims: readonly Claim[]): Promise<void>;
  /** Marks places whose records the log has acknowledged. */
  acknowledge(org: string, inc: string, firstSeq: number, count: number): Promise<void>;
  /** Acknowledged and unacknowledged claims from `seq` on, in order. */
  from(org: string, inc: string, seq: number): Promise<readonly (Claim & { readonly acknowledged: boolean })[]>;
  /** The record of an acknowledged claim; null where there is none. */
  acknowledged(org: string, inc: string, seq: number): Promise<Uint8Array | null>;
}

export class SequenceConflict extends Error {
  override readonly name = "SequenceConflict";
}

/** Signs events; the key's role is `recorder`. */
export interface Recorder {
  readonly kid: string;
  sign(message: Uint8Array): Uint8Array;
}

export interface RecorderKeys {
  /** The key that new incidents begin with. */
  current(org: string): Promise<Recorder>;
  /** A rotated key stays loadable until its records are folded. @throws where the key store has none of that id. */
  byId(org: string, kid: string): Promise<Recorder>;
}

export interface GatewayKeys {
  /** The 32-byte public key, or null where no gateway of the organisation has that id. Throws where the key store is out of reach. */
  publicKey(org: string, keyid: string): Promise<Uint8Array | null>;
}

/** Sealed values live encrypted in SQL and never travel through Temporal. */
export interface SealedValues {
  /** Seals each value under K_inc and stores its ciphertext; the triples go into commands and events. */
  seal(
    org: string,
    inc: string,
    values: readonly { readonly path: string; readonly value: Json }[],
  ): Promise<readonly SealedTriple[]>;
  /** The ciphertexts of triples, in order. @throws {SealedValueMissing} */
  ciphertexts(org: string, inc: string, triples: readonly SealedTriple[]): Promise<readonly Uint8Array[]>;
  /** The values of triples, in order. @throws {SealedValueMissing} */
  open(org: string, inc: string, triples: readonly SealedTriple[]): Promise<readonly Json[]>;
}

export class SealedValueMissing extends Error {
  override readonly name = "SealedValueMissing";
}

/** Bytes that an event names by digest. */
export interface Attachments {
  put(org: string, digest: string, bytes: Uint8Array): Promise<void>;
  get(org: string, digest: string): Promise<Uint8Array | null>;
}

/** Who may call a connector for one StepAuthorised: whoever inserts the row; everyone else only reads back. */
export interface Effects {
  /** True for the one caller that inserted `(org, inc, seq)`. */
  begin(org: string, inc: string, seq: number): Promise<boolean>;
}

export interface Locks {
  /** Takes all targets or none; taking again what one holds gives the same fence. The fence only grows. */
  acquire(
    org: string,
    inc: string,
    plan: string,
    targets: readonly string[],
  ): Promise<{ readonly fence: number } | { readonly heldBy: string }>;
  release(org: string, inc: string): Promise<void>;
  /** The plans of other incidents that hold one of the targets. */
  others(
    org: string,
    inc: string,
    targets: readonly string[],
  ): Promise<readonly { readonly id: string; readonly planDigest: string; readonly targets: readonly string[] }[]>;
}

export interface Person {
  readonly id: string;
  readonly groups: readonly string[];
  readonly active: boolean;
  readonly kind: "human" | "service";
}

export interface Target {
  readonly id: string;
  readonly env?: string;
  readonly tier?: number;
  readonly tags?: readonly string[];
}

/** The facts that no event holds: who is in which group, and what a target is. */
export interface FactSources {
  people(org: string): Promise<{ readonly asOf: string; readonly people: readonly Person[] }>;
  targets(org: string, ids: readonly string[]): Promise<readonly Target[]>;
}

/** Policies as canonical JSON bytes, by digest. */
export interface Policies {
  active(org: string): Promise<{ readonly digest: string; readonly bytes: Uint8Array }>;
  byDigest(org: string, digest: string): Promise<Uint8Array | null>;
}

/** What a connector is told to do: from an acknowledged StepAuthorised and the opened plan, never from a caller's word. */
export interface StepOrder {
  readonly org: string;
  readonly inc: string;
  readonly step: string;
  readonly action: string;
  /** Our target ids; a connector's configuration maps them to its own places. */
  readonly targets: readonly string[];
  readonly params: JsonObject;
  /** 64 hex digits, stable over retries. */
  readonly idempotencyKey: string;
  /** Grows with every authorisation on these targets. */
  readonly fence: number;
  /** When the step was authorised: the only time a deterministic effect may use. */
  readonly at: string;
  /** True where the order undoes what the step did. */
  readonly rollback: boolean;
}

/** What the connector read back from the system itself. */
export interface StepProof {
  readonly reference: {
    readonly system: string;
    readonly id: string;
    readonly version: string;
    readonly url: string /** 64 hex digits, SHA-256 */;
    readonly digest: string;
  };
  readonly before: string | null;
  readonly after: string;
  readonly result: string;
  readonly excerpt: string;
}

export type StepOutcome =
  | { readonly kind: "succeeded"; readonly proof: StepProof }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly result: string /** The target moved: what was approved isn't what would run. */;
      readonly voidsApprovals: boolean;
    }
  /** Nobody can tell whether it took effect; a person must look. */
  | { readonly kind: "unknown"; readonly code: string; readonly result: string };

/** One change or ticketing system (architecture.md, "Connectors aren't deputies"; integrations.md, "Outbound"). */
export interface Connector {
  readonly name: string;
  readonly actions: readonly string[];
  /** True where it touches nothing that anybody relies on: a drill runs on such connectors alone. */
  readonly sandbox: boolean;
  /** The targets that the order will really touch; one that the plan doesn't list blocks. */
  precheck(
    order: Pick<StepOrder, "action" | "targets" | "params">,
  ): Promise<{ readonly targets: readonly string[] } | { readonly refused: string; readonly message: string }>;
  /** Calls the system once. Whatever it answers, `confirm` decides what happened. */
  execute(order: StepOrder): Promise<StepOutcome>;
  /** Reads back: did this order's effect happen, made by us, with this content? `null` where the system shows no trace of it. */
  confirm(order: StepOrder): Promise<StepOutcome | null>;
  /** A diff for people of what the order would change, or null where the system can't say. */
  diff?(order: Pick<StepOrder, "action" | "targets" | "params">): Promise<string | null>;
}

/** A success check that a machine runs (`successCheck.kind` = probe). */
export interface Probe {
  run(
    check: JsonObject,
  ): Promise<{ readonly outcome: "passed" | "failed"; readonly result: string; readonly excerpt: string }>;
}

/** Reads evidence back from its source. */
export interface EvidenceReader {
  /** The SHA-256 of what stands at the reference now, 64 hex digits; null where this reader doesn't serve such references. */
  digestOf(reference: string): Promise<string | null>;
}
