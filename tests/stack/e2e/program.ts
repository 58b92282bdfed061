import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** The system's temporary folder unless told, so that nothing of the clone is found by accident. */
  readonly cwd?: string;
  /** The whole environment but PATH. */
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

const CLI = resolve("dist/infra/main/cli.js");
const MOST_BYTES = 64 * 1024 * 1024;

/** Runs the program as anybody would and tells how it ended. Never waits in a blocking way: the sandbox's servers live in this process. */
export function countersign(args: readonly string[], { cwd, env, input }: Surroundings = {}): Promise<Ended> {
  const options = {
    cwd: cwd ?? tmpdir(),
    env: { PATH: process.env.PATH, NO_COLOR: "1", ...env },
    maxBuffer: MOST_BYTES,
    timeout: 60_000,
  };
  return new Promise((done) => {
    const child = execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      done({ code, stdout, stderr });
    });
    child.stdin?.end(input ?? "");
  });
}

const made: string[] = [];

/** A folder with nothing in it, far from clone and installation. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cs-elsewhere-"));
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}
