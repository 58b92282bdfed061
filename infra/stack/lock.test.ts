import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "./lock.js";

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "lock-"))));
afterEach(() => rmSync(dir, { recursive: true }));

describe("the lock", () => {
  it("lets one at a time in", async () => {
    let inside = 0;
    let most = 0;
    const waits: number[] = [];
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(join(dir, "lock"), (pid) => waits.push(pid), work)));
    expect(most).toBe(1);
    expect(waits).toContain(process.pid);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    [
      "ended, though its pid lives on in another process",
      JSON.stringify({ pid: process.pid, identity: "earlier", nonce: "n" }),
    ],
    ["left a file that nobody can read", "{"],
  ])("is taken over from a holder that %s", async (_, left) => {
    writeFileSync(join(dir, "lock"), left);
    expect(
      await withLock(
        join(dir, "lock"),
        () => undefined,
        async () => "in",
      ),
    ).toBe("in");
    expect(readdirSync(dir)).toEqual([]);
  });

  it("is given back when the work throws", async () => {
    const failing = withLock(
      join(dir, "lock"),
      () => undefined,
      () => Promise.reject(new Error("no")),
    );
    await expect(failing).rejects.toThrow("no");
    expect(readdirSync(dir)).toEqual([]);
  });
});
