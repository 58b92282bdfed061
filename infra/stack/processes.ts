import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PartName } from "./parts.js";
import { identityOf, isAlive } from "./process-identity.js";

/** A process as `stack.json` remembers it: enough to stop it from another process, and nothing that took over its pid. */
export interface StartedProcess {
  /** Unique in the stack: "temporal", "kafka-1", … */
  readonly name: string;
  readonly part: PartName;
  readonly pid: number;
  readonly identity: string;
  readonly log: string;
  readonly stopSignal: NodeJS.Signals;
  readonly since: string;
}

export interface ProcessSpec {
  readonly name: string;
  readonly part: PartName;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  /** The signal that asks this program for an orderly end; SIGTERM unless told. */
  readonly stopSignal?: NodeJS.Signals;
  /** To run as another user; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Starts a process that outlives this one, its output in its log. Resolves once the program itself runs. */
export async function startProcess(spec: ProcessSpec): Promise<StartedProcess> {
  const pid = await spawnDetached(spec);
  const { name, part, log } = spec;
  const since = new Date().toISOString();
  return {
    name,
    part,
    pid,
    identity: identityOf(pid) ?? "ended at once",
    log,
    stopSignal: spec.stopSignal ?? "SIGTERM",
    since,
  };
}

async function spawnDetached(spec: ProcessSpec): Promise<number> {
  mkdirSync(dirname(spec.log), { recursive: true });
  const log = openSync(spec.log, "a", 0o600);
  try {
    const { cwd, env, user } = spec;
    const child = spawn(spec.file, spec.args, { cwd, env, detached: true, stdio: ["ignore", log, log], ...user });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    return child.pid!;
  } finally {
    closeSync(log);
  }
}

export type StopOutcome = "stopped" | "killed" | "was not running";

/**
 * Asks for an orderly end and waits `graceMs` for it before SIGKILL. A process whose identity isn't the recorded one is another
 * program under a recycled pid and is left alone.
 */
export async function stopProcess(started: StartedProcess, graceMs = 20_000): Promise<StopOutcome> {
  if (!isAlive(started)) return "was not running";
  signal(started.pid, started.stopSignal);
  if (await hasEnded(started, graceMs)) return "stopped";
  // Each process leads its own group, so that what it started dies with it.
  signal(-started.pid, "SIGKILL");
  await hasEnded(started, 5_000);
  return "killed";
}

async function hasEnded(started: StartedProcess, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(started)) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended between the look and the signal, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
