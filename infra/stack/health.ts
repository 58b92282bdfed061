import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError, PartFailed, reasonOf } from "./errors.js";
import { isAlive } from "./process-identity.js";
import type { StartedProcess } from "./processes.js";
import { lastLines } from "./programs.js";

/** Resolves when the part answers in its own protocol, throws when it doesn't. */
export type Probe = () => Promise<void>;
export type Progress = (line: string) => void;

export interface HealthWait {
  readonly what: string;
  readonly processes: readonly StartedProcess[];
  readonly probe: Probe;
  readonly timeoutMs: number;
  readonly progress: Progress;
}

/** Asks until the part is healthy. Throws `PartFailed` as soon as one of its processes has ended, or when time is up. */
export async function untilHealthy(wait: HealthWait): Promise<void> {
  const startedMs = Date.now();
  let toldMs = startedMs;
  for (;;) {
    const failure = await failureOf(wait.probe);
    if (failure === null) return wait.progress(`${wait.what}: healthy after ${seconds(startedMs)}`);
    const dead = wait.processes.find((one) => !isAlive(one));
    if (dead !== undefined) throw new PartFailed(`${dead.name} ended instead of starting. ${logOf(dead)}`);
    if (Date.now() - startedMs > wait.timeoutMs) throw new PartFailed(timedOut(wait, failure));
    if (Date.now() - toldMs > 5_000) {
      toldMs = Date.now();
      wait.progress(`${wait.what}: not healthy yet after ${seconds(startedMs)} (${failure})`);
    }
    await sleep(150);
  }
}

/** For a part that was given from outside: one try, and the setting that named it is what was wrong. */
export async function requireReachable(setting: string, probe: Probe): Promise<void> {
  const failure = await failureOf(probe);
  if (failure === null) return;
  throw new ConfigError("PART_UNREACHABLE", `${setting} is set, but nothing healthy answers there: ${failure}`);
}

export async function failureOf(probe: Probe): Promise<string | null> {
  try {
    await probe();
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Only that something listens; for servers whose credentials we don't have. */
export function probeTcp(address: string, timeoutMs = 3_000): Promise<void> {
  const colon = address.lastIndexOf(":");
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
  return new Promise((resolve, reject) => {
    if (!(colon > 0 && port > 0 && port < 65_536)) throw new Error(`expected host:port, found "${address}"`);
    const socket = connect({ host, port, timeout: timeoutMs });
    socket.once("connect", () => resolve(void socket.destroy()));
    socket.once("timeout", () => socket.destroy(new Error(`no connection to ${address} within ${timeoutMs} ms`)));
    socket.once("error", reject);
  });
}

function timedOut(wait: HealthWait, failure: string): string {
  const logs = wait.processes.map(logOf).join("\n");
  return `${wait.what} wasn't healthy within ${wait.timeoutMs / 1000} s: ${failure}. ${logs}`;
}

function logOf(started: StartedProcess): string {
  return `Its log ${started.log} ends with:\n${lastLines(readFileSync(started.log, "utf8"), 12)}`;
}

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}
