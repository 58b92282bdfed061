import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { failureOf, type Progress } from "./health.js";
import { requireBrokerCount, upKafka } from "./kafka.js";
import { withLock } from "./lock.js";
import { type PartContext, stopPart } from "./part-context.js";
import { PART_NAMES, type PartName, type Stack } from "./parts.js";
import { upPostgres } from "./postgres.js";
import { probePart } from "./probe-part.js";
import { isAlive } from "./process-identity.js";
import { openStackStore } from "./stack-file.js";
import { upTemporal } from "./temporal.js";
import { upTickets } from "./tickets.js";

export type { KafkaPart, PartName, PostgresPart, Stack, TemporalPart, TicketsPart } from "./parts.js";
export { type PartStatus, type StackStatus, stackStatus } from "./status.js";

export interface StackUpOptions<P extends PartName = PartName> {
  /** Data folder, e.g. `<clone>/.countersign/stack`. */
  readonly dir: string;
  /** All unless told; others that run already go on running. */
  readonly parts?: readonly P[];
  /** As many as the data folder has, or 1, unless told. */
  readonly kafkaBrokers?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with a line for a person at each step. */
  readonly progress: Progress;
  /** The compiled sandbox; that of `dist/` unless told. */
  readonly sandbox?: string;
}

/**
 * Starts what is missing and resolves once every part asked for is healthy. What runs already is used again. Two calls on one
 * folder take turns, also from two processes. What was started goes on running when this process ends, until `stackDown`.
 *
 * When one part fails the others are still brought up and stay recorded, and the first failure is thrown.
 *
 * @throws {ConfigError} when a setting is wrong or a part can't be had. @throws {PartFailed} when one doesn't become healthy.
 */
export async function stackUp<P extends PartName = PartName>(options: StackUpOptions<P>): Promise<Pick<Stack, P>> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const context = { dir, env: options.env ?? process.env, store: openStackStore(dir), progress: options.progress };
  const names = options.parts ?? (PART_NAMES as readonly PartName[] as readonly P[]);
  return withStackLock(dir, options.progress, async () => {
    if (options.kafkaBrokers !== undefined) requireBrokerCount(context, options.kafkaBrokers);
    const done = await Promise.allSettled(names.map((name) => upPart(context, name, options)));
    const failed = done.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return context.store.read().parts as Pick<Stack, P>;
  });
}

/** Stops what `stackUp` started on this folder, in order, and nothing else. Data stays. Resolves once all of it has ended. */
export async function stackDown(dir: string, progress: Progress): Promise<void> {
  const folder = resolve(dir);
  if (!existsSync(join(folder, "stack.json"))) return progress(`stack: nothing was ever started in ${folder}`);
  await withStackLock(folder, progress, async () => {
    const store = openStackStore(folder);
    if (store.read().processes.length === 0) progress("stack: nothing of ours is running");
    await Promise.all(PART_NAMES.map((part) => stopPart({ store, progress }, part)));
  });
}

async function upPart(context: PartContext, name: PartName, options: StackUpOptions): Promise<void> {
  if (await isUsable(context, name)) return context.progress(`${name}: already running`);
  await stopPart(context, name);
  try {
    const part = await starters[name](context, options);
    context.store.update((file) => ({ ...file, parts: { ...file.parts, [name]: part } }));
  } catch (error) {
    await stopPart(context, name);
    throw error;
  }
}

const starters = {
  temporal: (context) => upTemporal(context),
  kafka: (context, options) => upKafka(context, options.kafkaBrokers),
  postgres: (context) => upPostgres(context),
  tickets: (context, options) => upTickets(context, options.sandbox),
} satisfies { [P in PartName]: (context: PartContext, options: StackUpOptions) => Promise<Stack[P]> };

const SETTINGS = {
  temporal: "TEMPORAL_ADDRESS",
  kafka: "KAFKA_BROKERS",
  postgres: "DATABASE_URL",
  tickets: null,
} as const;

/** Ours, all of it alive, answering, and no setting names another one. A part without a process is looked for again. */
async function isUsable(context: PartContext, name: PartName): Promise<boolean> {
  const { processes, parts } = context.store.read();
  const own = processes.filter((one) => one.part === name);
  const setting = SETTINGS[name];
  if (own.length === 0 || !own.every(isAlive) || !parts[name] || (setting !== null && context.env[setting]))
    return false;
  return (await failureOf(() => probePart(name, parts))) === null;
}

function withStackLock<T>(dir: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  const waiting = (pid: number) =>
    progress(`stack: another start or stop (pid ${pid}) is at work on ${dir}, waiting for it`);
  return withLock(join(dir, "stack.lock"), waiting, work);
}
