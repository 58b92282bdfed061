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
