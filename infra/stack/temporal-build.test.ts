import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildTemporal } from "./temporal-build.js";

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "build-"))));
afterEach(() => rmSync(dir, { recursive: true }));

/** A stand-in for Go: `$4` is what follows `-o`. */
function build(script: string, lines: string[] = []) {
  const go = join(dir, "go");
  writeFileSync(go, `#!/bin/sh\necho run >> "${dir}/runs"\n${script}\n`);
  chmodSync(go, 0o755);
  const into = join(dir, "cache", "temporal-1", "temporal");
  return buildTemporal({
    go,
    into,
    env: process.env,
    progress: (line) => lines.push(line),
    module: dir,
    tellEveryMs: 100,
  });
}

describe("building the Temporal server", () => {
  it("leaves the finished binary and nothing else, and tells how it goes", async () => {
    const lines: string[] = [];
    const file = await build('sleep 0.3; echo built > "$4"; chmod +x "$4"', lines);
    expect(file).toBe(join(dir, "cache", "temporal-1", "temporal"));
    expect(readdirSync(join(dir, "cache"))).toEqual(["temporal-1"]);
    expect(lines[0]).toContain("about 5 minutes, once");
    expect(lines[1]).toContain("still building from source");
  });

  it("leaves no binary behind when it fails, and says what the compiler said", async () => {
    await expect(build('echo half > "$4"; echo "no space left" >&2; exit 1')).rejects.toThrow("no space left");
    expect(readdirSync(join(dir, "cache", "temporal-1"))).toEqual([]);
  });

  it("is done once by two who ask at the same time", async () => {
    const script = 'sleep 0.2; echo built > "$4"; chmod +x "$4"';
    await Promise.all([build(script), build(script)]);
    expect(readdirSync(dir)).toContain("runs");
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(join(dir, "runs"), "utf8")).toBe("run\n");
  });
});
