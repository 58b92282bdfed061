import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "./errors.js";
import type { Stack } from "./parts.js";
import type { StartedProcess } from "./processes.js";

/**
 * `<dir>/stack.json`, mode 0600 since it holds the Postgres password and the ticket token. `processes` and `parts` describe what
 * runs now; `kept` outlives `stack down`, since the data folders were made with it.
 */
export interface StackFile {
  readonly version: 1;
  readonly processes: readonly StartedProcess[];
  readonly parts: Partial<Stack>;
  readonly kept: Kept;
}

export interface Kept {
  /** Ports of the last start, by process, taken again while they are free. */
  readonly ports?: Readonly<Record<string, readonly number[]>>;
  readonly kafkaBrokers?: number;
  readonly kafkaClusterId?: string;
  /** Folder that holds Postgres' `data`; outside the stack's folder where its user can't reach that. */
  readonly postgresHome?: string;
  readonly postgresPassword?: string;
  readonly ticketsToken?: string;
}

export interface StackStore {
  read(): StackFile;
  /** Written whole and renamed into place: a crash leaves the old file or the new one. */
  update(change: (file: StackFile) => StackFile): void;
}

const EMPTY: StackFile = { version: 1, processes: [], parts: {}, kept: {} };

export function openStackStore(dir: string): StackStore {
  const path = join(dir, "stack.json");
  const read = (): StackFile => readStackFile(path);
  return {
    read,
    update(change) {
      mkdirSync(dir, { recursive: true });
      writeFileSync(`${path}.new`, `${JSON.stringify(change(read()), null, 2)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}

export function keep(store: StackStore, kept: Kept): void {
  store.update((file) => ({ ...file, kept: { ...file.kept, ...kept } }));
}

function readStackFile(path: string): StackFile {
  const text = readIfThere(path);
  if (text === null) return EMPTY;
  const parsed = parseOrNull(text);
  if (parsed?.version === 1) return parsed;
  throw new ConfigError(
    "STACK_FILE_BAD",
    `${path} isn't a stack file of version 1. Stop what it names by hand, then remove it.`,
  );
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function parseOrNull(text: string): StackFile | null {
  try {
    return JSON.parse(text) as StackFile;
  } catch {
    return null;
  }
}
