/** Records of one incident that go to one partition together. */
export interface Parcel {
  readonly partition: number;
  readonly key: string;
  readonly records: readonly Uint8Array[];
}

/** What Kafka adds to a record: lengths, timestamps, the key. Generous. */
const RECORD_OVERHEAD_BYTES = 160;

export function sizeOf(records: readonly Uint8Array[]): number {
  return records.reduce((size, { length }) => size + length + RECORD_OVERHEAD_BYTES, 0);
}

/**
 * What of the queue can be sent together, and what waits. Kafka limits the bytes of one partition's batch; once a partition has
 * no room for a parcel, its later ones wait too, so that order holds. The first parcel always goes.
 */
export function takeBatch<P extends Parcel>(queue: readonly P[], maxBytes: number): { batch: P[]; rest: P[] } {
  const filled = new Map<number, number>();
  const batch: P[] = [];
  const rest: P[] = [];
  for (const parcel of queue) {
    const before = filled.get(parcel.partition) ?? 0;
    const after = before + sizeOf(parcel.records);
    const fits = before === 0 || after <= maxBytes;
    filled.set(parcel.partition, fits ? after : Number.POSITIVE_INFINITY);
    (fits ? batch : rest).push(parcel);
  }
  return { batch, rest };
}

/** The records of one append in pieces that fit a batch each, in order. */
export function cut(records: readonly Uint8Array[], maxBytes: number): readonly (readonly Uint8Array[])[] {
  const pieces: Uint8Array[][] = [];
  for (const record of records) {
    const last = pieces.at(-1);
    if (last && sizeOf([...last, record]) <= maxBytes) last.push(record);
    else pieces.push([record]);
  }
  return pieces;
}
