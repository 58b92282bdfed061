import { setTimeout as sleep } from "node:timers/promises";
import { openPostgres } from "../../../infra/sql/postgres.js";
import type { Sql } from "../../../infra/sql/sql.js";
import { freshDatabase } from "../support/fresh-database.js";
import { itIsAnSqlStore } from "./sql-contract.js";

const DROP_OTHERS =
  "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

async function open(options: { statementTimeoutMs?: number } = {}): Promise<Sql> {
  const { url, drop } = await freshDatabase();
  const sql = openPostgres({ url, warn: () => {}, ...options });
  return { ...sql, close: () => sql.close().then(drop) };
}

describe("SQL on a Postgres server", () => {
  itIsAnSqlStore(open);

  it("outlives the drop of idle connections, of one inside a transaction, and of the one that listens", async () => {
    const sql = await open();
    let heard = 0;
    const stop = await sql.listen("bell", () => heard++);
    await Promise.all([1, 2, 3].map(() => sql.query("select pg_sleep(0.05)")));
    const inside = sql.tx(async (tx) => {
      await tx.query("select 1");
      await sql.query(DROP_OTHERS);
      await sleep(100);
      await tx.query("select 1");
    });
    await expect(inside).rejects.toThrow();
    expect(await sql.query("select 1 as one")).toEqual([{ one: 1 }]);
    // Once when it first listened, once when it listened again.
    for (let n = 0; heard < 2 && n < 100; n++) await sleep(50);
    expect(heard).toBe(2);
    await sql.query("notify bell");
    for (let n = 0; heard < 3 && n < 100; n++) await sleep(20);
    expect(heard).toBe(3);
    await stop();
    await sql.close();
  }, 60_000);

  it("ends a statement that takes too long, and only that", async () => {
    const sql = await open({ statementTimeoutMs: 200 });
    await expect(sql.query("select pg_sleep(5)")).rejects.toMatchObject({ code: "57014" });
    expect(await sql.query("select 1 as one")).toEqual([{ one: 1 }]);
    await sql.close();
  }, 60_000);
});
