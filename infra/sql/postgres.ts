import pg from "pg";
import { listenOn } from "./postgres-listen.js";
import type { Sql } from "./sql.js";
import { type Run, runInside } from "./transaction.js";
import { BYTEA_OID, INT8_OID, parseInt8 } from "./values.js";

export interface PostgresOptions {
  readonly url: string;
  readonly poolSize?: number;
  /** The server ends a statement after this time. A migration may want more. */
  readonly statementTimeoutMs?: number;
  readonly warn?: (message: string) => void;
}

/** Opens no connection yet: each query takes one from the pool, and a new one is made where one was lost. */
export function openPostgres(options: PostgresOptions): Sql {
  const warn = options.warn ?? console.warn;
  const config = clientConfig(options);
  const pool = new pg.Pool({ ...config, max: options.poolSize ?? 10 });
  // A connection that drops emits `error`, idle or between two queries of a transaction; unheard, it would end the process.
  pool.on(
    "connect",
    (client) => void client.on("error", (error) => warn(`postgres connection lost: ${error.message}`)),
  );
  pool.on("error", () => {});
  let ended: Promise<void> | undefined;
  return {
    query: runOn(pool),
    tx: (work) => transaction(pool, work),
    listen: (channel, heard) => listenOn(() => new pg.Client(config), channel, heard, warn),
    shared: true,
    close: () => (ended ??= pool.end()),
  };
}

async function transaction<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const run = runOn(client);
  let unusable: Error | undefined;
  try {
    await run("begin");
    const result = await runInside(run, true, work);
    await run("commit");
    return result;
  } catch (error) {
    // A connection that can't roll back isn't given to anyone else; the server rolls back when it is gone.
    await run("rollback").catch((failure: Error) => (unusable = failure));
    throw error;
  } finally {
    client.release(unusable);
  }
}

function runOn(on: pg.Pool | pg.PoolClient): Run {
  return async <R>(text: string, params?: readonly unknown[]): Promise<R[]> => {
    const answer = await on.query(text, params as unknown[] | undefined);
    const last = Array.isArray(answer) ? (answer.at(-1) as pg.QueryResult) : answer;
    return last.rows as R[];
  };
}

function clientConfig({ url, statementTimeoutMs = 30_000 }: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: url,
    statement_timeout: statementTimeoutMs,
    // Ours is a little longer than the server's: it ends the wait on a connection whose other end is gone.
    query_timeout: statementTimeoutMs + 5_000,
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: "countersign",
    types: { getTypeParser } as pg.CustomTypesConfig,
  };
}

function getTypeParser(oid: number, format?: "text" | "binary"): unknown {
  if (oid === INT8_OID) return parseInt8;
  const parse = pg.types.getTypeParser(oid, format as "text");
  return oid === BYTEA_OID ? (text: string) => new Uint8Array(parse(text) as Buffer) : parse;
}
