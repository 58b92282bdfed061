import { EventLogUnavailable, type EventLogWriter } from "../../activities/ports.js";
import { partitionOf } from "../../incidents/partition.js";
import type { EventLogReader } from "../../receipts/ports.js";
import type { Sql } from "../sql/sql.js";
import { endsOf, subscribeTo } from "./postgres-reader.js";
import { refuseTooLarge } from "./record-size.js";

/** NOTIFY says only that there is something new; offsets say what. */
export const CHANNEL = "countersign_event_log";

/** The embedded event log, in the tables of the migration `event-log-1`. It doesn't own `sql`. */
export function openPostgresEventLog(
  sql: Sql,
  warn: (message: string) => void = console.warn,
): EventLogWriter & EventLogReader {
  return {
    append: (org, inc, records) => append(sql, org, inc, records),
    subscribe: (from, handle) => subscribeTo({ sql, channel: CHANNEL, warn }, from, handle),
    ends: () => endsOf(sql),
  };
}

/**
 * One statement, so one commit. The update holds the partition's row until then: the next appender gets its offset only when
 * these records can be seen. Commit order is offset order, and a reader never meets a gap that fills later.
 *
 * A server that was told to commit asynchronously is overruled, since an acknowledged record must survive its crash.
 */
const APPEND = `
  with seat as (
    update event_log_partitions set next = next + cardinality($3::bytea[]) where partition = $1
    returning next - cardinality($3::bytea[]) as first
  ), added as (
    insert into event_log (partition, "offset", key, record)
    select $1, first + place - 1, $2, record from seat, unnest($3::bytea[]) with ordinality as r (record, place)
  )
  select pg_notify('${CHANNEL}', ''), set_config('synchronous_commit', durable.setting, true)
  from (select case s when 'off' then 'on' else s end as setting from current_setting('synchronous_commit') s) durable`;

async function append(sql: Sql, org: string, inc: string, records: readonly Uint8Array[]): Promise<void> {
  refuseTooLarge(records);
  if (records.length === 0) return;
  try {
    await sql.query(APPEND, [partitionOf(org, inc), `${org}/${inc}`, records]);
  } catch (error) {
    throw new EventLogUnavailable(`the embedded event log took nothing: ${(error as Error).message}`, { cause: error });
  }
}
