import { migrate } from "../../../infra/sql/migrate.js";
import { migrations } from "../../../infra/sql/migrations/index.js";
import { openPostgres } from "../../../infra/sql/postgres.js";
import type { Sql } from "../../../infra/sql/sql.js";
import { sqlLocks } from "../../../infra/store/locks.js";
import { freshDatabase } from "../support/fresh-database.js";

const TARGETS = ["tgt_one00000", "tgt_two00000"];
let sql: Sql;
let drop: () => Promise<void>;

beforeAll(async () => {
  const fresh = await freshDatabase();
  sql = openPostgres({ url: fresh.url, warn: () => {} });
  await migrate(sql, migrations);
  drop = () => sql.close().then(fresh.drop);
}, 60_000);
afterAll(() => drop());

/** Takes and gives back, again and again; how often it held, and what it found wrong while it did. */
async function contend(
  inc: string,
  targets: readonly string[],
  until: number,
): Promise<{ readonly held: number; readonly faults: readonly string[] }> {
  const locks = sqlLocks(sql);
  const faults: string[] = [];
  let held = 0;
  while (Date.now() < until) {
    const lock = await locks.acquire("acme", inc, `plan of ${inc}`, targets);
    if ("heldBy" in lock) continue;
    held++;
    if (!Number.isSafeInteger(lock.fence) || lock.fence < 1) faults.push(`fence ${lock.fence}`);
    const rows = await sql.query<{ inc: string }>(
      "select inc from target_locks where org = 'acme' and target = any($1::text[])",
      [[...targets]],
    );
    if (rows.length !== targets.length || rows.some((row) => row.inc !== inc))
      faults.push(`${inc} holds ${rows.map((row) => row.inc).join(", ") || "nothing"}`);
    await locks.release("acme", inc);
  }
  return { held, faults };
}

describe("locks on a Postgres server", () => {
  it("are held by one incident at a time, all targets or none, however they are contended for", async () => {
    const until = Date.now() + 1_500;
    const all = await Promise.all([
      contend("inc_a", TARGETS, until),
      contend("inc_b", [...TARGETS].reverse(), until),
      contend("inc_c", TARGETS.slice(0, 1), until),
      contend("inc_d", TARGETS.slice(1), until),
    ]);
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    expect(all.reduce((sum, { held }) => sum + held, 0)).toBeGreaterThan(20);
  }, 60_000);
});
