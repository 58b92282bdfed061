import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./process-identity.js";
import { type StartedProcess, startProcess, stopProcess } from "./processes.js";

let dir: string;
const started: StartedProcess[] = [];
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "processes-"))));
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => stopProcess(one, 0)));
  rmSync(dir, { recursive: true });
});

async function startNode(script: string): Promise<StartedProcess> {
  const args = ["-e", `${script}; console.log("ready"); setInterval(() => {}, 1000);`];
  const spec = { name: "one", part: "tickets", file: process.execPath, args, cwd: dir, log: join(dir, "log") } as const;
  const one = await startProcess({ ...spec, env: { ...process.env, NODE_OPTIONS: "" } });
  started.push(one);
  while (!readFileSync(one.log, "utf8").includes("ready")) await new Promise((resolve) => setTimeout(resolve, 20));
  return one;
}

describe("a started process", () => {
  it("is stopped when asked", async () => {
    const one = await startNode("");
    expect(isAlive(one)).toBe(true);
    expect(await stopProcess(one)).toBe("stopped");
    expect(isAlive(one)).toBe(false);
  });

  it("is killed when it doesn't listen", async () => {
    const one = await startNode('process.on("SIGTERM", () => {})');
    expect(await stopProcess(one, 200)).toBe("killed");
    expect(isAlive(one)).toBe(false);
  });

  it("is left alone when another process has taken over its pid", async () => {
    const one = await startNode("");
    expect(await stopProcess({ ...one, identity: "an earlier process" })).toBe("was not running");
    expect(isAlive(one)).toBe(true);
  });

  it("fails to start when there is no such program", async () => {
    const spec = {
      name: "none",
      part: "tickets",
      file: join(dir, "none"),
      args: [],
      cwd: dir,
      log: join(dir, "log"),
    } as const;
    await expect(startProcess({ ...spec, env: {} })).rejects.toMatchObject({ code: "ENOENT" });
  });
});
