import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import type { Deployment } from "../support/deployment.js";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command of the program in a deployment's surroundings until it ends by itself. */
export function cli({ env }: Pick<Deployment, "env">, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [resolve("dist/infra/main/cli.js"), ...args], {
    env,
    cwd: tmpdir(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => void (out.stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => void (out.stderr += chunk.toString("utf8")));
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done({ code, ...out }));
  });
}
