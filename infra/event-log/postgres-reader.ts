import { EventLogUnavailable } from "../../activities/ports.js";
import type { LoggedRecord, Subscription } from "../../receipts/ports.js";
import type { Sql } from "../sql/sql.js";
import { type Doorbell, doorbell } from "./doorbell.js";
import { refuseBehind } from "./offsets.js";
import { backoffMs, pause } from "./patience.js";

const POLL_MS = 1_000;
const BATCH_RECORDS = 256;
const BATCH_BYTES = 8 * 1024 * 1024;

interface Source {
  readonly sql: Sql;
  readonly channel: string;
  readonly warn: (message: string) => void;
}

type Handle = (batch: readonly LoggedRecord[]) => Promise<void>;

interface Reading extends Source {
  readonly handle: Handle;
  readonly bell: Doorbell;
  readonly stop: AbortSignal;
}

/** Where one partition stands. The only state of a subscription, and only its own drain moves it. */
interface Cursor {
  readonly partition: number;
  next: number;
  draining: Promise<void> | undefined;
}

export async function subscribeTo(source: Source, from: readonly number[], handle: Handle): Promise<Subscription> {
  refuseBehind(from, await endsOf(source.sql));
  const stop = new AbortController();
  const bell = doorbell();
  const unlisten = await source.sql.listen(source.channel, bell.ring);
  const cursors = from.map((next, partition): Cursor => ({ partition, next, draining: undefined }));
  const watching = watch({ ...source, handle, bell, stop: stop.signal }, cursors);
  return {
    close: async () => {
      stop.abort();
      bell.ring();
      await Promise.all([unlisten(), watching, ...cursors.map(({ draining }) => draining)]);
    },
  };
}

export async function endsOf(sql: Sql): Promise<readonly number[]> {
  try {
    const rows = await sql.query<{ next: number }>("select next from event_log_partitions order by partition");
    return rows.map(({ next }) => next);
  } catch (error) {
    throw new EventLogUnavailable(`the embedded event log can't be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** One look at the twelve counters for each ring or second; only partitions with something new are read. */
async function watch(reading: Reading, cursors: readonly Cursor[]): Promise<void> {
  while (!reading.stop.aborted) {
    try {
      const ends = await endsOf(reading.sql);
      for (const cursor of cursors) startDrain(reading, cursor, ends[cursor.partition]!);
    } catch (error) {
      reading.warn((error as Error).message);
      await pause(POLL_MS, reading.stop);
    }
    await reading.bell.wait(POLL_MS);
  }
}

function startDrain(reading: Reading, cursor: Cursor, end: number): void {
  if (cursor.draining || cursor.next >= end || reading.stop.aborted) return;
  cursor.draining = drain(reading, cursor).finally(() => {
    cursor.draining = undefined;
    // An append between the drain's last read and here rang while this partition was busy: look again.
    reading.bell.ring();
  });
}

async function drain(reading: Reading, cursor: Cursor): Promise<void> {
  let failures = 0;
  while (!reading.stop.aborted) {
    try {
      const batch = await readBatch(reading.sql, cursor);
      if (batch.length === 0) return;
      await reading.handle(batch);
      cursor.next = batch.at(-1)!.offset + 1;
      failures = 0;
    } catch (error) {
      reading.warn(
        `partition ${cursor.partition} from ${cursor.next}, to be delivered again: ${(error as Error).message}`,
      );
      await pause(backoffMs(failures++), reading.stop);
    }
  }
}

/** At least one record where there is one, whatever its size. */
const READ = `
  select "offset", record from (
    select "offset", record, sum(octet_length(record)) over (order by "offset") - octet_length(record) as before
    from (select * from event_log where partition = $1 and "offset" >= $2 order by "offset" limit ${BATCH_RECORDS}) near
  ) measured where before < ${BATCH_BYTES} order by "offset"`;

async function readBatch(sql: Sql, { partition, next }: Cursor): Promise<readonly LoggedRecord[]> {
  const rows = await sql.query<{ offset: number; record: Uint8Array }>(READ, [partition, next]);
  return rows.map(({ offset, record }) => ({ partition, offset, bytes: record }));
}
