import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../config-error.js";
import type { Sql } from "./sql.js";

/** One step of the schema. Once released it is never edited: what comes later is a new one. */
export interface Migration {
  /** Unique, and stays: `schema_migrations` holds it. */
  readonly id: string;
  /** Statements, run in one transaction with all that are due. */
  readonly up: string;
}

/** Any number, as long as nobody else on the database takes it: "csgn" in ASCII. */
const LOCK = 0x6373676e;
const RETRY_MS = 100;

/**
 * Brings the schema up to date, in list order: all that is missing, or nothing. Several processes may start at once: one does
 * the work while the others wait for it.
 *
 * @throws {ConfigError} `MIGRATION_CHANGED` when an applied one reads otherwise now.
 */
export async function migrate(sql: Sql, migrations: readonly Migration[]): Promise<readonly string[]> {
  for (;;) {
    const applied = await sql.tx(async (tx) => ((await lock(tx)) ? applyMissing(tx, migrations) : undefined));
    if (applied !== undefined) return applied;
    await sleep(RETRY_MS);
  }
}

/** Tried, not waited for: a wait would run into the statement's time limit. The end of the transaction unlocks. */
async function lock(tx: Sql): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }>("select pg_try_advisory_xact_lock($1::int8) as locked", [LOCK]);
  return row?.locked === true;
}

async function applyMissing(tx: Sql, migrations: readonly Migration[]): Promise<readonly string[]> {
  await tx.query(
    "create table if not exists schema_migrations (id text primary key, digest text not null, at timestamptz not null default now())",
  );
  const rows = await tx.query<{ id: string; digest: string }>("select id, digest from schema_migrations");
  const due = missing(migrations, new Map(rows.map(({ id, digest }) => [id, digest])));
  for (const { id, up } of due) {
    await tx.query(up);
    await tx.query("insert into schema_migrations (id, digest) values ($1, $2)", [id, digestOf(up)]);
  }
  return due.map(({ id }) => id);
}

/** Those not yet applied. Ids of a newer program are let be: while it is rolled out, the older runs beside it. */
export function missing(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): readonly Migration[] {
  const ids = migrations.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new ConfigError("MIGRATION_TWICE", `two migrations are called ${twice}`);
  const changed = migrations.find(({ id, up }) => applied.has(id) && applied.get(id) !== digestOf(up));
  if (changed)
    throw new ConfigError("MIGRATION_CHANGED", `${changed.id} was applied with another text; write a new one`);
  return migrations.filter(({ id }) => !applied.has(id));
}

export function digestOf(up: string): string {
  return createHash("sha256").update(up).digest("hex");
}
