import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { failureOf } from "./health.js";
import { PART_NAMES, type PartName, type Stack } from "./parts.js";
import { probePart } from "./probe-part.js";
import { isAlive } from "./process-identity.js";
import { openStackStore, type StackFile } from "./stack-file.js";

export interface StackStatus {
  readonly dir: string;
  /** Where URLs with their passwords stand. */
  readonly file: string;
  /** Whether no part is down. */
  readonly running: boolean;
  readonly parts: readonly PartStatus[];
}

export interface PartStatus {
  readonly part: PartName;
  /** `embedded` is no process: PGlite, or an event log kept in Postgres. */
  readonly state: "running" | "embedded" | "down";
  /** Without passwords. */
  readonly address: string | null;
  readonly source: string | null;
  readonly since: string | null;
  readonly pids: readonly number[];
  /** Why it is down. */
  readonly reason: string | null;
}

/** Looks and asks; starts and stops nothing and takes no lock, so that it answers while a start is under way. */
export async function stackStatus(dir: string): Promise<StackStatus> {
  const folder = resolve(dir);
  const file = openStackStore(folder).read();
  const parts = await Promise.all(PART_NAMES.map((part) => partStatus(part, file)));
  const path = join(folder, "stack.json");
  return { dir: folder, file: path, running: existsSync(path) && parts.every((one) => one.state !== "down"), parts };
}

async function partStatus(part: PartName, file: StackFile): Promise<PartStatus> {
  const processes = file.processes.filter((one) => one.part === part);
  const dead = processes.find((one) => !isAlive(one));
  const reason = dead ? `${dead.name} (pid ${dead.pid}) has ended; see ${dead.log}` : await whyUnhealthy(part, file);
  const state = reason !== null ? "down" : isEmbedded(file.parts[part]) ? "embedded" : "running";
  const pids = processes.filter(isAlive).map((one) => one.pid);
  return { part, state, pids, reason, ...describe(part, file.parts) };
}

async function whyUnhealthy(part: PartName, file: StackFile): Promise<string | null> {
  if (file.parts[part] !== undefined) return failureOf(() => probePart(part, file.parts));
  return file.processes.some((one) => one.part === part) ? "not healthy yet" : "not started";
}

function isEmbedded(part: Stack[PartName] | undefined): boolean {
  return part === null || (part !== undefined && "pglite" in part);
}

/** Where a part is, how it was found and since when; an address never holds a password. */
export function describe(name: PartName, parts: Partial<Stack>): Pick<PartStatus, "address" | "source" | "since"> {
  const part = parts[name];
  if (part === undefined) return { address: null, source: null, since: null };
  if (part === null) return { address: null, source: "event log in Postgres", since: null };
  return { address: addressOf(part), source: part.source, since: part.since };
}

function addressOf(part: NonNullable<Stack[PartName]>): string {
  if ("brokers" in part) return part.brokers.join(",");
  if ("pglite" in part) return part.pglite;
  return "address" in part ? part.address : withoutPassword(part.url);
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  parsed.username = parsed.password = "";
  return parsed.href.replace(/\/$/, "");
}
