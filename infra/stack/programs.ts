import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);

/** The first executable file of that name on PATH, or null. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | null {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Runs a program to its end, without a shell. Throws with the end of its output when it fails. */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { env, cwd, timeoutMs: timeout, user } = options;
  try {
    const { stdout, stderr } = await execFileAsync(file, args, { env, cwd, timeout, maxBuffer: 64 << 20, ...user });
    return `${stdout}${stderr}`;
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${file} failed: ${lastLines(`${stdout}\n${stderr}`, 8) || message}`, { cause: undefined });
  }
}

export function lastLines(text: string, count: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}
