import { PARTITIONS } from "../../incidents/partition.js";

/** The reader's own positions lie beyond the end: the log lost records, or is another log. Not retryable. */
export class LogBehindReader extends Error {
  override readonly name = "LogBehindReader";
  readonly code = "LOG_BEHIND_READER";
}

/** Skipping silently would fold half of an incident, so a subscription begins only where the log can serve it. */
export function refuseBehind(from: readonly number[], ends: readonly number[]): void {
  if (from.length !== PARTITIONS)
    throw new RangeError(`a subscription names ${PARTITIONS} offsets, not ${from.length}`);
  const partition = from.findIndex((offset, index) => offset > ends[index]!);
  if (partition < 0) return;
  throw new LogBehindReader(
    `partition ${partition} ends at ${ends[partition]}, but the reader wants ${from[partition]}`,
  );
}
