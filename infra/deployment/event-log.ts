import type { EventLogWriter } from "../../activities/ports.js";
import type { EventLogReader } from "../../receipts/ports.js";
import { ConfigError } from "../config-error.js";
import { openKafkaEventLog } from "../event-log/kafka.js";
import { openPostgresEventLog } from "../event-log/postgres.js";
import type { Sql } from "../sql/sql.js";
import type { Whereabouts } from "./locate.js";

export interface EventLog extends EventLogWriter, EventLogReader {
  readonly kind: "kafka" | "postgres";
  close(): Promise<void>;
}

/**
 * The one event log of a deployment: the kind that its store began with. A topic that is configured otherwise than it must be stops
 * the program here.
 * @throws {ConfigError} `EVENT_LOG_CHANGED` where another kind was used before, whose events would be lost from sight.
 */
export async function openEventLog(
  where: Whereabouts["kafka"],
  sql: Sql,
  env: NodeJS.ProcessEnv,
  warn: (line: string) => void,
): Promise<EventLog> {
  await keepKind(sql, where === null ? "postgres" : "kafka");
  if (where === null) return { ...openPostgresEventLog(sql, warn), kind: "postgres", close: async () => {} };
  const log = openKafkaEventLog({ brokers: where.brokers, topic: env.COUNTERSIGN_TOPIC, warn });
  await log.ensureTopic({ dev: where.local || env.COUNTERSIGN_DEV === "1" });
  const { append, subscribe, ends, close } = log;
  return { kind: "kafka", append, subscribe, ends, close };
}

/** The first start says which kind it is; every later one must say the same. */
async function keepKind(sql: Sql, kind: EventLog["kind"]): Promise<void> {
  await sql.query("insert into deployment_settings (name, value) values ('event-log', $1) on conflict do nothing", [
    kind,
  ]);
  const [row] = await sql.query<{ value: string }>("select value from deployment_settings where name = 'event-log'");
  if (row!.value === kind) return;
  const remedy =
    kind === "kafka" ? "COUNTERSIGN_EVENT_LOG=embedded goes on with it" : "name its brokers in KAFKA_BROKERS";
  throw new ConfigError(
    "EVENT_LOG_CHANGED",
    `this store's events are in the ${row!.value === "kafka" ? "Kafka" : "embedded"} log: ${remedy}`,
  );
}
