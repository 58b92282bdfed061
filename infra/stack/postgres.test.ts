import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { upPostgres } from "./postgres.js";
import { openStackStore } from "./stack-file.js";

let dir: string;
let lines: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postgres-"));
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const nothingInstalled = { bin: () => null, isRoot: () => true, user: async () => null };
const up = (env: NodeJS.ProcessEnv) => {
  const progress = (line: string) => void lines.push(line);
  return upPostgres({ dir, env, store: openStackStore(dir), progress }, nothingInstalled);
};

describe("Postgres of the stack", () => {
  it("is the embedded PGlite, and no process, where no server is installed", async () => {
    expect(await up({})).toMatchObject({ pglite: join(dir, "pglite"), source: "embedded PGlite" });
    expect(lines).toEqual(["postgres: no local server installed; using the embedded PGlite, which serves one process"]);
    expect(existsSync(join(dir, "stack.json"))).toBe(false);
  });

  it("stays with a PGlite that was used before, whatever is installed by now", async () => {
    const pglite = join(dir, "pglite");
    mkdirSync(pglite);
    const installed = { ...nothingInstalled, bin: () => "/nowhere", isRoot: () => false };
    const context = { dir, env: {}, store: openStackStore(dir), progress: () => undefined };
    expect(await upPostgres(context, installed)).toMatchObject({ pglite, source: "embedded PGlite" });
  });

  it("refuses a DATABASE_URL of another kind", async () => {
    await expect(up({ DATABASE_URL: "mysql://localhost/x" })).rejects.toMatchObject({ code: "DATABASE_URL_BAD" });
  });

  it("never falls back to PGlite when DATABASE_URL is set and nothing answers there", async () => {
    const url = "postgres://someone:secret@127.0.0.1:1/x";
    const error: Error & { code?: string } = await up({ DATABASE_URL: url }).then(fail, (refused) => refused);
    expect(error.code).toBe("PART_UNREACHABLE");
    expect(error.message).not.toContain("secret");
  });
});

function fail(): never {
  throw new Error("expected a refusal");
}
