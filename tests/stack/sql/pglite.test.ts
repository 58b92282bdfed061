import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPglite } from "../../../infra/sql/pglite.js";
import { requireShared } from "../../../infra/sql/sql.js";
import { itIsAnSqlStore } from "./sql-contract.js";

describe("SQL on PGlite", () => {
  itIsAnSqlStore(() => openPglite());

  it("keeps a directory for one opener, and frees it at its end", async () => {
    const directory = await mkdtemp(join(tmpdir(), "cs-pglite-"));
    const first = await openPglite({ directory });
    await first.query("create table kept (id int); insert into kept values (1)");
    await expect(openPglite({ directory })).rejects.toMatchObject({ name: "ConfigError", code: "STORE_LOCKED" });
    await first.close();
    const second = await openPglite({ directory });
    expect(await second.query("select id from kept")).toEqual([{ id: 1 }]);
    expect(() => requireShared(second, "countersign worker")).toThrow(
      expect.objectContaining({ code: "STORE_NOT_SHARED" }),
    );
    await second.close();
    await rm(directory, { recursive: true });
  }, 60_000);
});
