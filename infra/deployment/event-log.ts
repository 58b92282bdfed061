import type { EventLogWriter } from "../../activities/ports.js";
import type { EventLogReader } from "../../receipts/ports.js";
import { openKafkaEventLog } from "../event-log/kafka.js";
import { openPostgresEventLog } from "../event-log/postgres.js";
import type { Sql } from "../sql/sql.js";
import type { Whereabouts } from "./locate.js";

export interface EventLog extends EventLogWriter, EventLogReader {
  readonly kind: "kafka" | "postgres";
  close(): Promise<void>;
}

/** The one event log of a deployment. A topic that is configured otherwise than it must be stops the program here. */
export async function openEventLog(where: Whereabouts["kafka"], sql: Sql, env: NodeJS.ProcessEnv, warn: (line: string) => void): Promise<EventLog> {
  if (where === null) return { ...openPostgresEventLog(sql, warn), kind: "postgres", close: async () => {} };
  const log = openKafkaEventLog({ brokers: where.brokers, topic: env.COUNTERSIGN_TOPIC, warn });
  await log.ensureTopic({ dev: where.local || env.COUNTERSIGN_DEV === "1" });
  const { append, subscribe, ends, close } = log;
  return { kind: "kafka", append, subscribe, ends, close };
}
