import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackCommand } from "./stack.js";

let dir: string;
let out: string[];
let exits: unknown[];
const { log, error } = console;
const { exit } = process;
const write = process.stderr.write;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "cli-")), "stack");
  [out, exits] = [[], []];
  console.log = (text: string) => void out.push(text);
  console.error = () => undefined;
  process.stderr.write = () => true;
  process.exit = (code) => {
    exits.push(code);
    throw new Error("exit");
  };
});
afterEach(() => {
  Object.assign(console, { log, error });
  Object.assign(process, { exit, exitCode: undefined });
  process.stderr.write = write;
  rmSync(join(dir, ".."), { recursive: true });
});

const run = (...args: string[]) => stackCommand().parseAsync(args, { from: "user" });

describe("countersign stack", () => {
  it("says of a folder never used that every part is down, and exits 1", async () => {
    await run("status", "--dir", dir, "--json");
    const status = JSON.parse(out.join("\n"));
    expect(status.running).toBe(false);
    expect(status.parts.map((part: { state: string }) => part.state)).toEqual(["down", "down", "down", "down"]);
    expect(process.exitCode).toBe(1);
    expect(existsSync(dir)).toBe(false);
  });

  it("prints no colour where standard output is no terminal", async () => {
    await run("status", "--dir", dir);
    expect(out.join("\n").split("\n")).toHaveLength(4);
    expect(out.join("\n")).not.toContain("\u001b");
  });

  it("has nothing to stop in a folder never used", async () => {
    await run("down", "--dir", dir, "--json");
    expect(JSON.parse(out[0]!)).toMatchObject({ running: false });
    expect(process.exitCode).toBeUndefined();
  });

  it.each([
    [["up", "--brokers", "none"]],
    [["up", "--brokers", "9"]],
    [["up", "--unknown"]],
    [["down", "extra"]],
    [["sideways"]],
  ])("exits 2 on wrong usage: %j", async (args) => {
    await expect(run(...args)).rejects.toThrow("exit");
    expect(exits).toEqual([2]);
  });

  it("shows examples in its help", () => {
    let help = "";
    stackCommand()
      .configureOutput({ writeOut: (text) => void (help += text) })
      .outputHelp();
    expect(help).toContain("$ countersign stack up");
    expect(help).toContain("Exit codes: 0 done, 1 failed or something is down, 2 wrong usage");
  });
});
