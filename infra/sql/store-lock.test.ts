import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockStore } from "./store-lock.js";

const HOLDER = `
  const { DatabaseSync } = require("node:sqlite");
  const file = new DatabaseSync(process.argv[1]);
  file.exec("begin exclusive");
  console.log("held");
  setInterval(() => file, 1000);`;

describe("the lock of an embedded store", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "cs-lock-"))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it("is taken once, and again after its release", () => {
    const lock = lockStore(directory);
    expect(() => lockStore(directory)).toThrow(expect.objectContaining({ code: "STORE_LOCKED" }));
    lock.release();
    lockStore(directory).release();
  });

  it("is held against another process, and dies with it when it is killed with -9", async () => {
    const holder = spawn(process.execPath, ["-e", HOLDER, join(directory, "lock")], {
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    await once(holder.stdout, "data");
    expect(() => lockStore(directory)).toThrow(expect.objectContaining({ code: "STORE_LOCKED" }));
    holder.kill("SIGKILL");
    await once(holder, "exit");
    lockStore(directory).release();
  });
});
