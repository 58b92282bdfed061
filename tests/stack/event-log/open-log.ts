import type { EventLogWriter } from "../../../activities/ports.js";
import { openKafkaEventLog } from "../../../infra/event-log/kafka.js";
import { openPostgresEventLog } from "../../../infra/event-log/postgres.js";
import { openPglite } from "../../../infra/sql/pglite.js";
import { openPostgres } from "../../../infra/sql/postgres.js";
import type { Sql } from "../../../infra/sql/sql.js";
import type { EventLogReader } from "../../../receipts/ports.js";

/** Where a log is: plain data, so that a child process can be told. */
export type LogAddress =
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "pglite"; readonly directory: string }
  | { readonly kind: "kafka"; readonly brokers: readonly string[]; readonly topic: string };

export interface OpenLog extends EventLogWriter, EventLogReader {
  close(): Promise<void>;
}

const warn = () => {};

export async function openLog(address: LogAddress): Promise<OpenLog> {
  switch (address.kind) {
    case "postgres":
      return overSql(openPostgres({ url: address.url, warn }));
    case "pglite":
      return overSql(await openPglite({ directory: address.directory }));
    case "kafka":
      return openKafkaEventLog({ ...address, warn });
  }
}

function overSql(sql: Sql): OpenLog {
  return { ...openPostgresEventLog(sql, warn), close: () => sql.close() };
}
