import { openPostgres } from "../../../infra/sql/postgres.js";
import type { Deployment, Process } from "../support/deployment.js";
import type { Hay } from "./haystack.js";
import { decrypted, historyOf, payloadsOf } from "./temporal.js";
import { wholeLog } from "./the-log.js";

const utf8 = (text: string): Uint8Array => Buffer.from(text, "utf8");

/** Everything that a workflow left in Temporal: as the server holds it, and as whoever has the codec's key would read it. */
export async function temporalHay(deployment: Deployment, inc: string): Promise<readonly Hay[]> {
  const history = await historyOf(deployment, inc);
  const payloads = payloadsOf(history);
  const opened = await decrypted(deployment, payloads);
  return [
    { from: "Temporal's history", bytes: utf8(JSON.stringify(history)) },
    ...payloads.map(({ data }) => ({ from: "a payload in Temporal", bytes: data! })),
    ...opened.map((bytes) => ({ from: "a decrypted payload", bytes })),
  ];
}

export async function kafkaHay(deployment: Deployment): Promise<readonly Hay[]> {
  const records = await wholeLog(deployment);
  return records.map(({ partition, offset, bytes }) => ({ from: `the log at ${partition}/${offset}`, bytes }));
}

/** Every column of every row of every table that isn't Postgres's own. */
export async function postgresHay({ env }: Deployment): Promise<readonly Hay[]> {
  const sql = openPostgres({ url: env.DATABASE_URL!, warn: () => {} });
  try {
    const tables = await sql.query<{ schema: string; name: string }>(
      "select table_schema as schema, table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')",
    );
    const dumps = tables.map(async ({ schema, name }) => {
      const rows = await sql.query<Record<string, unknown>>(`select * from "${schema}"."${name}"`);
      return rows.flatMap((row) =>
        Object.entries(row).map(([column, value]) => ({ from: `${name}.${column}`, bytes: bytesOf(value) })),
      );
    });
    return (await Promise.all(dumps)).flat();
  } finally {
    await sql.close();
  }
}

const bytesOf = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value : utf8(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

export const logHay = (...processes: readonly Process[]): readonly Hay[] =>
  processes.flatMap(({ lines }) => lines).map((line) => ({ from: "a process's log", bytes: utf8(line) }));
