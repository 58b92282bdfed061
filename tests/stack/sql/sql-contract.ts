import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "../../../infra/sql/migrate.js";
import { migrations } from "../../../infra/sql/migrations/index.js";
import type { Sql } from "../../../infra/sql/sql.js";

/** The contract of infra/sql/sql.ts: a server and the embedded store answer alike. */
export function itIsAnSqlStore(open: () => Promise<Sql>): void {
  let sql: Sql;
  const count = async (): Promise<number> => (await sql.query<{ n: number }>("select count(*) as n from notes"))[0]!.n;
  const note = (on: Sql, id: number) => on.query("insert into notes (id) values ($1)", [id]);

  beforeEach(async () => {
    sql = await open();
    await sql.query("create table notes (id int primary key)");
  }, 60_000);
  afterEach(() => sql.close(), 60_000);

  it("takes and gives bytes, JSON, counters, times and arrays alike", async () => {
    const [row] = await sql.query(
      `select $1::bytea as bytes, $2::bytea as buffer, $3::jsonb as json, $4::int8 as counter, $5::timestamptz as at,
              array_length($6::bytea[], 1) as arrays, $7::text[] as texts, null::int8 as nothing`,
      [
        new Uint8Array([0, 255]),
        Buffer.from("abc"),
        JSON.stringify([{ a: 1 }]),
        Number.MAX_SAFE_INTEGER,
        "2026-01-02T03:04:05.678Z",
        [new Uint8Array([1]), Buffer.from([2])],
        ['with "quotes", commas and \\', ""],
      ],
    );
    expect(row).toEqual({
      bytes: new Uint8Array([0, 255]),
      buffer: new Uint8Array([97, 98, 99]),
      json: [{ a: 1 }],
      counter: Number.MAX_SAFE_INTEGER,
      at: new Date("2026-01-02T03:04:05.678Z"),
      arrays: 2,
      texts: ['with "quotes", commas and \\', ""],
      nothing: null,
    });
  }, 60_000);

  it("refuses a counter that a number can't hold, and keeps the database's own codes", async () => {
    await expect(sql.query("select 9007199254740993::int8")).rejects.toMatchObject({ code: "INT8_UNSAFE" });
    await note(sql, 1);
    await expect(note(sql, 1)).rejects.toMatchObject({ code: "23505" });
  }, 60_000);

  it("runs several statements and gives the rows of the last", async () => {
    expect(await sql.query("insert into notes values (1); select id from notes")).toEqual([{ id: 1 }]);
  }, 60_000);

  it("commits what resolves and takes back what throws", async () => {
    expect(await sql.tx((tx) => note(tx, 1).then(() => "done"))).toBe("done");
    const failed = sql.tx(async (tx) => {
      await note(tx, 2);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await count()).toBe(1);
  }, 60_000);

  it("never calls committed what a swallowed error has undone", async () => {
    const swallowed = sql.tx(async (tx) => {
      await note(tx, 1);
      await note(tx, 1).catch(() => {});
    });
    await expect(swallowed).rejects.toMatchObject({ code: "TX_ABORTED" });
    expect(await count()).toBe(0);
  }, 60_000);

  it("takes back an inner transaction alone, also after another inner one failed", async () => {
    await sql.tx(async (tx) => {
      await note(tx, 1);
      await tx.tx((inner) => note(inner, 1)).catch(() => {});
      await tx.tx((inner) => note(inner, 2));
      await tx.tx(async (inner) => {
        await note(inner, 3);
        await inner.tx((innermost) => note(innermost, 3)).catch(() => {});
      });
    });
    expect(await sql.query("select id from notes order by id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  }, 60_000);

  it("wakes a listener, and no longer after it has stopped", async () => {
    let heard = 0;
    const stop = await sql.listen("Mixed Case", () => heard++);
    const before = heard;
    await sql.query(`select pg_notify('Mixed Case', '')`);
    for (let n = 0; heard === before && n < 100; n++) await sleep(20);
    expect(heard).toBeGreaterThan(before);
    await stop();
    const after = heard;
    await sql.query(`select pg_notify('Mixed Case', '')`);
    await sleep(100);
    expect(heard).toBe(after);
  }, 60_000);

  it("migrates once, whoever starts at the same time", async () => {
    const applied = await Promise.all([migrate(sql, migrations), migrate(sql, migrations), migrate(sql, migrations)]);
    expect(applied.flat()).toEqual(migrations.map(({ id }) => id));
  }, 60_000);

  it("applies all that is due or nothing", async () => {
    const half = [
      { id: "good", up: "create table good (); create table better ()" },
      { id: "bad", up: "create tabel bad ()" },
    ];
    await expect(migrate(sql, half)).rejects.toMatchObject({ code: "42601" });
    expect(await sql.query("select to_regclass('good') as good")).toEqual([{ good: null }]);
    await migrate(sql, half.slice(0, 1));
    await expect(migrate(sql, [{ id: "good", up: "select 1" }])).rejects.toMatchObject({ code: "MIGRATION_CHANGED" });
  }, 60_000);
}
