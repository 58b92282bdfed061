import { migrate } from "../sql/migrate.js";
import { migrations } from "../sql/migrations/index.js";
import { openPglite } from "../sql/pglite.js";
import { openEventLog } from "./event-log.js";

describe("the event log of a deployment", () => {
  it("stays of the kind that its store began with", async () => {
    const sql = await openPglite();
    try {
      await migrate(sql, migrations);
      expect((await openEventLog(null, sql, {}, () => {})).kind).toBe("postgres");
      expect((await openEventLog(null, sql, {}, () => {})).kind).toBe("postgres");
      const kafka = { brokers: ["127.0.0.1:1"], source: "test", local: true };
      await expect(openEventLog(kafka, sql, {}, () => {})).rejects.toMatchObject({ code: "EVENT_LOG_CHANGED" });
    } finally {
      await sql.close();
    }
  }, 30_000);
});
