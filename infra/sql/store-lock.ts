import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConfigError } from "../config-error.js";

export interface StoreLock {
  release(): void;
}

/**
 * Takes the directory for this process until `release` or its death, also by kill -9.
 *
 * Node has no file locks of its own and a pid file outlives its owner, so the lock is that of an empty SQLite file: the kernel
 * holds it, and drops it with the process.
 *
 * @throws {ConfigError} `STORE_LOCKED` when another has it.
 */
export function lockStore(directory: string): StoreLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(join(directory, "lock"));
  try {
    file.exec("begin exclusive");
  } catch (error) {
    file.close();
    throw new ConfigError("STORE_LOCKED", `another process has the embedded store open: ${directory}`, {
      cause: error,
    });
  }
  return { release: () => file.close() };
}
