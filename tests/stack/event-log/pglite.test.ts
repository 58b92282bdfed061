import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../../infra/sql/migrate.js";
import { eventLog } from "../../../infra/sql/migrations/event-log.js";
import { openPglite } from "../../../infra/sql/pglite.js";
import { itIsAnEventLog, type Place } from "./conformance.js";

/** Made once and copied: setting up a database takes PGlite seconds. */
let template: string;

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), "cs-pglite-"));
  const sql = await openPglite({ directory: template });
  await migrate(sql, [eventLog]);
  await sql.close();
}, 60_000);
afterAll(() => rm(template, { recursive: true, force: true }));

async function place(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), "cs-pglite-"));
  await cp(template, directory, { recursive: true });
  return { address: { kind: "pglite", directory }, remove: () => rm(directory, { recursive: true, force: true }) };
}

describe("the embedded event log on PGlite", () => itIsAnEventLog(place));
