/** What one record of the log may hold; a Kafka batch is limited by the topic's `max.message.bytes` and holds at least one record. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** Room for the batch header, the key and the lengths around a record. */
const OVERHEAD_BYTES = 4096;

export const MAX_RECORD_BYTES = MAX_BATCH_BYTES - OVERHEAD_BYTES;

/** Not retryable: it will be too large tomorrow. Append checks the size before it claims, so that this is never a user's answer. */
export class RecordTooLarge extends Error {
  override readonly name = "RecordTooLarge";
  readonly code = "RECORD_TOO_LARGE";
}

/** Both adapters refuse alike, so that a record which the embedded log takes never stops at Kafka. */
export function refuseTooLarge(records: readonly Uint8Array[]): void {
  const found = records.find(({ length }) => length > MAX_RECORD_BYTES);
  if (found)
    throw new RecordTooLarge(
      `a record has ${found.length} bytes, more than the ${MAX_RECORD_BYTES} that the log takes`,
    );
}
