import { join } from "node:path";
import type { LoggedRecord } from "../../../receipts/ports.js";
import { readAll } from "../event-log/collect.js";
import { type LogAddress, openLog } from "../event-log/open-log.js";
import type { Deployment } from "../support/deployment.js";

/** Where a deployment's event log is. That on PGlite can be opened only while the program is down. */
export function logAddress({ env, home }: Deployment): LogAddress {
  if (env.KAFKA_BROKERS) return { kind: "kafka", brokers: env.KAFKA_BROKERS.split(","), topic: env.COUNTERSIGN_TOPIC! };
  if (env.DATABASE_URL) return { kind: "postgres", url: env.DATABASE_URL };
  return { kind: "pglite", directory: join(home, "stack", "pglite") };
}

/** Every record of the log, by partition and offset. */
export async function wholeLog(deployment: Deployment): Promise<readonly LoggedRecord[]> {
  const log = await openLog(logAddress(deployment));
  try {
    const records = await readAll(log);
    return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  } finally {
    await log.close();
  }
}
