import { PARTITIONS, partitionOf } from "../../../incidents/partition.js";
import type { EventLogReader, LoggedRecord } from "../../../receipts/ports.js";

export const fromStart: readonly number[] = new Array(PARTITIONS).fill(0);

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (record: { readonly bytes: Uint8Array }): string => new TextDecoder().decode(record.bytes);

/** Reads until `enough` of what came so far, then stops. */
export async function collect(
  log: EventLogReader,
  from: readonly number[],
  enough: (seen: readonly LoggedRecord[]) => boolean,
): Promise<readonly LoggedRecord[]> {
  const seen: LoggedRecord[] = [];
  const done = Promise.withResolvers<void>();
  const subscription = await log.subscribe(from, async (batch) => {
    seen.push(...batch);
    if (enough(seen)) done.resolve();
  });
  await done.promise;
  await subscription.close();
  return seen;
}

/** Everything that the log holds now. */
export async function readAll(log: EventLogReader, from = fromStart): Promise<readonly LoggedRecord[]> {
  const ends = await log.ends();
  const count = ends.reduce((sum, end, partition) => sum + end - from[partition]!, 0);
  return count === 0 ? [] : collect(log, from, (seen) => seen.length >= count);
}

/** `count` incidents of one partition. */
export function neighbours(org: string, count: number, partition = 5): readonly string[] {
  const found: string[] = [];
  for (let n = 0; found.length < count; n++) {
    const inc = `inc_${String(n).padStart(26, "0")}`;
    if (partitionOf(org, inc) === partition) found.push(inc);
  }
  return found;
}
