import { join } from "node:path";
import { canonicalize, type Json } from "../../../incidents/canonical.js";
import { openPostgresEventLog } from "../../../infra/event-log/postgres.js";
import { openPglite } from "../../../infra/sql/pglite.js";
import { accelerate } from "../../../receipts/cli/accelerate.js";
import type { Core } from "../../../receipts/format.js";
import type { LoggedRecord } from "../../../receipts/ports.js";
import { openLog } from "../event-log/open-log.js";
import { type Deployment, deploy } from "../support/deployment.js";
import { httpOf } from "../support/http.js";
import { wholeLife } from "./life.js";
import { finalReceipt, type Proven } from "./proof.js";
import { dropFold, foldAll, rebuiltCore } from "./rebuild.js";
import { eventsOfLog } from "./record-claims.js";
import { historyOf, resultOf } from "./temporal.js";
import { logAddress, wholeLog } from "./the-log.js";

const bytesOf = (core: Core): string => Buffer.from(canonicalize(core as unknown as Json)).toString("utf8");

describe.each([
  ["Kafka", { eventLog: "kafka", store: "postgres" }],
  ["the embedded log", { eventLog: "embedded", store: "pglite" }],
] as const)("the record of an incident on %s", (_, options) => {
  let deployment: Deployment;
  let inc: string;
  let proof: Proven;
  let records: readonly LoggedRecord[];

  beforeAll(async () => {
    accelerate();
    deployment = await deploy(options);
    const up = await deployment.start("up");
    const http = httpOf(deployment, up);
    inc = await wholeLife(deployment, http);
    proof = await finalReceipt(deployment, http, inc);
    await up.stop();
    records = await wholeLog(deployment);
  }, 90_000);
  afterAll(() => deployment?.dispose());

  it("is a receipt that verifies as final", () => {
    expect(proof.report.findings).toEqual([]);
    expect(proof.report.verdict).toBe("VERIFIED");
  });

  it("holds exactly the receipt's events, byte for byte and in order", () => {
    const { events } = eventsOfLog(records, inc);
    expect(events.length).toBeGreaterThan(20);
    expect(events).toEqual(proof.receipt.core.events);
  });

  it("ends with the count and head that the workflow returned", async () => {
    const statement = JSON.parse(Buffer.from(proof.receipt.core.statement, "base64url").toString("utf8"));
    const { count, head } = statement.predicate;
    expect(await resultOf(deployment, await historyOf(deployment, inc))).toEqual({ count, head });
    expect(count).toBe(proof.events.length);
  });

  it("gives the same core bytes to a builder that begins at offset 0 with only the log and the keys", async () => {
    const log = await openLog(logAddress(deployment));
    try {
      expect(bytesOf(await rebuiltCore(deployment, log, inc))).toBe(bytesOf(proof.receipt.core));
    } finally {
      await log.close();
    }
  }, 60_000);

  if (options.store === "pglite")
    it("gives the same core bytes once the builder's tables are emptied and folded anew", async () => {
      const sql = await openPglite({ directory: join(deployment.home, "stack", "pglite") });
      try {
        await dropFold(sql);
        expect(bytesOf(await foldAll(deployment, openPostgresEventLog(sql), sql, inc))).toBe(
          bytesOf(proof.receipt.core),
        );
      } finally {
        await sql.close();
      }
    }, 60_000);
});
