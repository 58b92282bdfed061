import { join } from "node:path";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import type { Sql } from "./sql.js";
import { lockStore, type StoreLock } from "./store-lock.js";
import { type Run, runInside } from "./transaction.js";
import { INT8_OID, parseInt8 } from "./values.js";

/**
 * Opens the embedded store, in `directory` or, without one, in memory.
 *
 * It serves one process, and outlives its kill, not a power cut: PGlite never calls fsync.
 *
 * @throws {ConfigError} `STORE_LOCKED` when another process has the directory open.
 */
export async function openPglite({ directory }: { readonly directory?: string } = {}): Promise<Sql> {
  const lock = directory === undefined ? undefined : lockStore(directory);
  try {
    const dataDir = directory === undefined ? undefined : join(directory, "pg");
    return overPglite(await PGlite.create({ dataDir, parsers: { [INT8_OID]: parseInt8 } }), lock);
  } catch (error) {
    lock?.release();
    throw error;
  }
}

function overPglite(db: PGlite, lock: StoreLock | undefined): Sql {
  let closed: Promise<void> | undefined;
  return {
    query: runOn(db),
    tx: (work) => db.transaction((open) => runInside(runOn(open), false, work)),
    listen: (channel, heard) => listenOn(db, quoteChannel(channel), heard),
    shared: false,
    close: () => (closed ??= db.close().finally(() => lock?.release())),
  };
}

function runOn(on: PGlite | Transaction): Run {
  return async <R>(text: string, params?: readonly unknown[]): Promise<R[]> => {
    // `query` takes one statement; `exec` takes several, but no parameters.
    if (params === undefined || params.length === 0) return ((await on.exec(text)).at(-1)?.rows ?? []) as R[];
    return (await on.query<R>(text, params as unknown[])).rows;
  };
}

/** Not by the function that PGlite's `listen` returns: that one forgets the quotes and stops nothing. */
async function listenOn(db: PGlite, channel: string, heard: () => void): Promise<() => Promise<void>> {
  const ours = () => heard();
  await db.listen(channel, ours);
  return () => db.unlisten(channel, ours);
}

/** PGlite puts the name into the statement as it is, so that it would fold to lower case. */
function quoteChannel(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`;
}
