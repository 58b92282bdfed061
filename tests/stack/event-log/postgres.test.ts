import { openPostgresEventLog } from "../../../infra/event-log/postgres.js";
import { migrate } from "../../../infra/sql/migrate.js";
import { eventLog } from "../../../infra/sql/migrations/event-log.js";
import { openPostgres } from "../../../infra/sql/postgres.js";
import { freshDatabase } from "../support/fresh-database.js";
import { bytes, collect, fromStart, neighbours } from "./collect.js";
import { itIsAnEventLog, type Place } from "./conformance.js";
import { openLog } from "./open-log.js";

async function place(): Promise<Place> {
  const { url, drop } = await freshDatabase();
  const sql = openPostgres({ url, warn: () => {} });
  await migrate(sql, [eventLog]);
  await sql.close();
  return { address: { kind: "postgres", url }, remove: drop };
}

/** As append's contract asks of its caller: a connection that was just cut may be handed out once more. */
async function retried(append: () => Promise<void>): Promise<void> {
  for (let left = 5; ; left--) {
    try {
      return await append();
    } catch (error) {
      if (left === 0 || (error as Error).name !== "EventLogUnavailable") throw error;
    }
  }
}

describe("the embedded event log on a Postgres server", () => {
  itIsAnEventLog(place);

  it("never shows a reader a gap, whatever many processes append at once", async () => {
    const { address, remove } = await place();
    const [reader, ...writers] = await Promise.all([1, 2, 3, 4].map(() => openLog(address)));
    const incidents = neighbours("acme", 12);
    const seen = collect(reader!, fromStart, (records) => records.length >= 12 * 30);
    await Promise.all(
      incidents.map(async (inc, index) => {
        for (let n = 0; n < 30; n++) await writers[index % writers.length]!.append("acme", inc, [bytes(`${n}`)]);
      }),
    );
    expect((await seen).map(({ offset }) => offset)).toEqual(Array.from({ length: 12 * 30 }, (_, n) => n));
    await Promise.all([reader!, ...writers].map((log) => log.close()));
    await remove();
  }, 60_000);

  it("lets no one change or delete a record", async () => {
    const { address, remove } = await place();
    const sql = openPostgres({ url: address.kind === "postgres" ? address.url : "", warn: () => {} });
    await openPostgresEventLog(sql).append("acme", neighbours("acme", 1)[0]!, [bytes("0")]);
    for (const statement of ["update event_log set key = ''", "delete from event_log", "truncate event_log"]) {
      await expect(sql.query(statement)).rejects.toThrow("append-only");
    }
    await sql.close();
    await remove();
  }, 60_000);

  it("says that the log is unavailable when no server answers, and reads on after a drop of every connection", async () => {
    const nowhere = openPostgresEventLog(openPostgres({ url: "postgres://127.0.0.1:1/none", warn: () => {} }));
    await expect(nowhere.append("acme", "inc_a", [bytes("0")])).rejects.toMatchObject({ name: "EventLogUnavailable" });
    await expect(nowhere.ends()).rejects.toMatchObject({ name: "EventLogUnavailable" });

    const { address, remove } = await place();
    const sql = openPostgres({ url: address.kind === "postgres" ? address.url : "", warn: () => {} });
    const log = openPostgresEventLog(sql, () => {});
    const seen = Promise.withResolvers<number>();
    const subscription = await log.subscribe(fromStart, async (batch) => seen.resolve(batch.length));
    const drop =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    await sql.query(drop);
    await retried(() => log.append("acme", neighbours("acme", 1)[0]!, [bytes("0")]));
    expect(await seen.promise).toBe(1);
    await subscription.close();
    await sql.close();
    await remove();
  }, 60_000);
});
