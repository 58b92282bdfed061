import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../../infra/sql/migrate.js";
import { eventLog } from "../../../infra/sql/migrations/event-log.js";
import { openPglite } from "../../../infra/sql/pglite.js";
import { itIsAnEventLog, type Place } from "./conformance.js";

async function place(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), "cs-pglite-"));
  const sql = await openPglite({ directory });
  await migrate(sql, [eventLog]);
  await sql.close();
  return { address: { kind: "pglite", directory }, remove: () => rm(directory, { recursive: true, force: true }) };
}

describe("the embedded event log on PGlite", () => itIsAnEventLog(place));
