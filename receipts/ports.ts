/** One record of the event log as a consumer sees it. */
export interface LoggedRecord {
  readonly partition: number;
  /** Position in the partition, from 0. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface Subscription {
  /** Resolves once no handler runs any more. */
  close(): Promise<void>;
}

/** Where the builder reads: offset order within a partition is the order in which appends were acknowledged. */
export interface EventLogReader {
  /**
   * Calls `handle` with batches of one partition, in offset order, one batch of a partition at a time, beginning at
   * `from[partition]` (the next offset wanted; 12 entries). A batch whose handler throws is delivered again.
   */
  subscribe(from: readonly number[], handle: (batch: readonly LoggedRecord[]) => Promise<void>): Promise<Subscription>;
  /** The next offset of each partition: what a consumer that has read everything would want next. */
  ends(): Promise<readonly number[]>;
}

/** Where an incident's fold stands. */
export interface FoldedIncident {
  /**
   * `forked`: two signed events claim one place; nothing more is folded. `gapped`: later records wait for a missing one. `held`:
   * the next record is of a newer schema, and waits for an upgrade.
   */
  readonly status: "ok" | "forked" | "gapped" | "held";
  readonly seq: number;
  readonly head: string;
  /** JSON of the state (incidents/state.ts), by this program for itself. Its members' names may be a plan's words: it is no I-JSON. */
  readonly state: string;
}

/** The builder's word on an incident, as of its latest folded event. */
export interface ReceiptHead {
  /** The in-toto statement's bytes. */
  readonly payload: Uint8Array;
  readonly keyid: string;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

export interface FoldedEvent {
  readonly org: string;
  readonly inc: string;
  readonly seq: number;
  readonly hash: string;
  /** The encoded log record. */
  readonly record: Uint8Array;
}

export interface DeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  /** Exactly as the log held them. */
  readonly bytes: Uint8Array;
}

/** What one transaction of the fold may read and write. All of it is kept, or none. */
export interface FoldTransaction {
  /** The next offset of a partition, from 0. Locks it against another builder until the transaction ends. */
  nextOffset(partition: number): Promise<number>;
  setNextOffset(partition: number, offset: number): Promise<void>;
  incident(org: string, inc: string): Promise<FoldedIncident | null>;
  saveIncident(org: string, inc: string, folded: FoldedIncident): Promise<void>;
  hashAt(org: string, inc: string, seq: number): Promise<string | null>;
  addEvent(event: FoldedEvent): Promise<void>;
  /** Keeps a record that can't be folded yet. Holding the same one back again is harmless. */
  holdBack(event: FoldedEvent): Promise<void>;
  /** What waits for its turn, by seq. */
  heldBack(org: string, inc: string): Promise<readonly FoldedEvent[]>;
  release(org: string, inc: string, seq: number, hash: string): Promise<void>;
  addDeadLetter(letter: DeadLetter): Promise<void>;
  saveHead(org: string, inc: string, head: ReceiptHead): Promise<void>;
}

/** The builder's state in SQL: offsets, incidents, events and receipts change together, so that each record is folded exactly once. */
export interface FoldStore {
  /** The next offset of each of the 12 partitions. */
  offsets(): Promise<readonly number[]>;
  /** Incidents whose records wait. */
  waiting(): Promise<readonly { readonly org: string; readonly inc: string }[]>;
  /** Runs `work` in one transaction, which is undone where it throws. After a crash here nothing of it is kept. */
  transact<T>(work: (tx: FoldTransaction) => Promise<T>): Promise<T>;
}

/** Where receipts are served from: what the fold has stored. */
export interface ReceiptSource {
  /** All records of an incident in order of seq; empty where it isn't known. */
  records(org: string, inc: string): Promise<readonly Uint8Array[]>;
  head(org: string, inc: string): Promise<ReceiptHead | null>;
}

/** The public keys that a fold checks with; a rotated key stays until its records are folded. */
export interface FoldKeys {
  /** 32 bytes; null where the organisation has no recorder of that id. */
  readonly recorder: (org: string, keyid: string) => Uint8Array | null;
  readonly gateway: (org: string, keyid: string) => Uint8Array | null;
}

/** Signs statements; the key's role is `builder`. */
export interface StatementSigner {
  readonly keyid: string;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

export type AlarmCode = "FORK" | "GAP" | "GAP_CLOSED" | "SCHEMA_NEWER" | "DEAD_LETTER" | "OFFSET_GAP" | "FOLD_FAILED";

/** Tells people at once. Must not throw: an alarm that fails is its own affair. */
export interface Alarm {
  raise(
    code: AlarmCode,
    about: { readonly org?: string; readonly inc?: string; readonly seq?: number; readonly detail: string },
  ): void;
}

export interface BuilderMetrics {
  counted(what: "accepted" | "duplicate" | "fork" | "gap" | "held" | "rejected"): void;
}
