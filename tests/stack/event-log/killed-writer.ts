import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LogAddress } from "./open-log.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Starts a writer, kills it with -9 once it has told of `acknowledged` records, and returns the last it told of. */
export async function killWriterAfter(
  acknowledged: number,
  { address, org, inc }: { readonly address: LogAddress; readonly org: string; readonly inc: string },
): Promise<number> {
  const child = spawn(
    process.execPath,
    ["--import", path("../support/typescript.js"), path("appender.ts"), JSON.stringify(address), org, inc],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, NODE_OPTIONS: "" } },
  );
  const exited = once(child, "exit");
  let last = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last + 1 === acknowledged) child.kill("SIGKILL");
  }
  const [, signal] = await exited;
  if (signal !== "SIGKILL") throw new Error(`the writer ended by itself after ${last + 1} records`);
  return last;
}
