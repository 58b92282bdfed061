import type { StoredCommand } from "../../services/ports.js";
import { StoreUnavailable } from "../../services/ports.js";
import { migrate } from "../sql/migrate.js";
import { migrations } from "../sql/migrations/index.js";
import { openPglite } from "../sql/pglite.js";
import type { Sql } from "../sql/sql.js";
import { sqlAudit } from "./audit.js";
import { available } from "./available.js";
import { sqlCommands } from "./commands.js";
import { sqlIncidents } from "./incidents.js";

let sql: Sql;
beforeAll(async () => {
  sql = await openPglite();
  await migrate(sql, migrations);
});
afterAll(() => sql.close());

const COMMAND: StoredCommand = {
  org: "acme",
  commandId: "cmd-00001",
  inc: "inc_1",
  actor: "per_ana00000",
  mac: "m1",
  envelope: Uint8Array.of(1, 2),
  eid: "e1",
};

describe("commands", () => {
  it("stand as they were first sent", async () => {
    const commands = sqlCommands(sql);
    expect(await commands.remember(COMMAND)).toEqual(COMMAND);
    expect(await commands.remember({ ...COMMAND, mac: "m2", inc: "inc_2" })).toEqual(COMMAND);
    expect(await commands.find("acme", "cmd-00001")).toEqual(COMMAND);
  });

  it("are those of one organisation", async () => {
    expect(await sqlCommands(sql).find("other", "cmd-00001")).toBeNull();
  });
});

describe("incidents", () => {
  const claim = (inc: string, seq: number, acked: string | null) =>
    sql.query(
      "insert into claims (org, inc, seq, hash, eid, record, acked_at) values ('acme', $1, $2, $3, $3, $4, $5)",
      [inc, seq, `${inc}-${seq}`, Uint8Array.of(seq), acked],
    );

  it("are what the log has acknowledged, and nothing else", async () => {
    await claim("inc_a", 1, "2026-03-11T15:00:01Z");
    await claim("inc_a", 0, "2026-03-11T15:00:00Z");
    await claim("inc_a", 2, null);
    await claim("inc_b", 0, "2026-03-11T16:00:00Z");
    await claim("inc_c", 0, null);
    const incidents = sqlIncidents(sql);
    expect(await incidents.records("acme", "inc_a", 0)).toEqual([Uint8Array.of(0), Uint8Array.of(1)]);
    expect(await incidents.records("acme", "inc_a", 1)).toEqual([Uint8Array.of(1)]);
    expect(await incidents.byEid("acme", "inc_a-1")).toEqual(Uint8Array.of(1));
    expect(await incidents.byEid("acme", "inc_a-2")).toBeNull();
    expect(await incidents.list("acme", 10)).toEqual([
      { inc: "inc_b", head: "inc_b-0" },
      { inc: "inc_a", head: "inc_a-1" },
    ]);
    expect(await incidents.list("acme", 1)).toEqual([{ inc: "inc_b", head: "inc_b-0" }]);
    expect(await incidents.records("other", "inc_a", 0)).toEqual([]);
  });
});

describe("the audit table", () => {
  const denial = {
    at: "2026-03-11T15:00:00.000Z",
    org: null,
    actor: null,
    code: "BAD_TOKEN",
    method: "GET",
    route: "/v1/orgs/:org/incidents",
    inc: null,
    address: "127.0.0.1",
  };

  it("takes rows and lets none be changed or taken away", async () => {
    await sqlAudit(sql).append(denial);
    expect((await sql.query<{ code: string }>("select code from audit_denials")).map(({ code }) => code)).toEqual([
      "BAD_TOKEN",
    ]);
    for (const change of ["update audit_denials set code = 'X'", "delete from audit_denials", "truncate audit_denials"])
      await expect(sql.query(change)).rejects.toThrow("append-only");
  });
});

describe("a store that can't answer", () => {
  const failing = (error: object) => available(Promise.reject(Object.assign(new Error("failed"), error)));

  it("is told from one that says no", async () => {
    for (const code of ["ECONNREFUSED", "57P01", "53300", "08006", "40P01"])
      await expect(failing({ code })).rejects.toThrow(StoreUnavailable);
    for (const code of ["23505", "42P01", "TX_ABORTED"]) await expect(failing({ code })).rejects.toThrow("failed");
    await expect(failing({ message: "Connection terminated unexpectedly" })).rejects.toThrow(StoreUnavailable);
    await expect(failing({ message: "x is not a function" })).rejects.toThrow("x is not a function");
  });
});
