import { setTimeout as sleep } from "node:timers/promises";
import { parseRecord } from "../../../incidents/record.js";
import { foldKeys } from "../../../infra/deployment/builder.js";
import { builderSigner } from "../../../infra/keys/signers.js";
import { openKeyStore } from "../../../infra/keys/store.js";
import { migrate } from "../../../infra/sql/migrate.js";
import { migrations } from "../../../infra/sql/migrations/index.js";
import { openPglite } from "../../../infra/sql/pglite.js";
import type { Sql } from "../../../infra/sql/sql.js";
import { sqlFoldStore, sqlReceiptSource } from "../../../infra/store/fold.js";
import { runBuilder } from "../../../receipts/builder.js";
import { assembleCore } from "../../../receipts/core.js";
import type { Core } from "../../../receipts/format.js";
import type { EventLogReader } from "../../../receipts/ports.js";
import type { Deployment } from "../support/deployment.js";

/** The core that a builder makes from the log and the keys alone, in a store that has never seen anything. */
export async function rebuiltCore(deployment: Deployment, log: EventLogReader, inc: string): Promise<Core> {
  const sql = await openPglite();
  try {
    await migrate(sql, migrations);
    return await foldAll(deployment, log, sql, inc);
  } finally {
    await sql.close();
  }
}

/** Folds everything that the log holds now into `sql`, beginning where it stands. */
export async function foldAll(
  { installation }: Deployment,
  reader: EventLogReader,
  sql: Sql,
  inc: string,
): Promise<Core> {
  const keys = openKeyStore(installation.paths.keys);
  const store = sqlFoldStore(sql);
  const alarms: string[] = [];
  const alarm = { raise: (code: string) => void alarms.push(code) };
  const builder = await runBuilder({ reader, store, keys: foldKeys(keys), signer: builderSigner(keys), alarm });
  const ends = await reader.ends();
  while ((await store.offsets()).some((next, partition) => next < ends[partition]!)) await sleep(50);
  await builder.close();
  if (alarms.length > 0) throw new Error(`the rebuild raised ${alarms.join(", ")}`);
  const source = sqlReceiptSource(sql);
  const head = await source.head("acme", inc);
  return assembleCore((await source.records("acme", inc)).map(parseRecord), head!.payload);
}

/** Forgets everything that was ever folded. */
export const dropFold = async (sql: Sql): Promise<void> => {
  for (const table of ["fold_incidents", "fold_events", "fold_held", "fold_dead_letters", "receipt_heads"])
    await sql.query(`truncate ${table}`);
  await sql.query("update fold_partitions set next = 0");
};
