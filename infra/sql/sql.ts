import { ConfigError } from "../config-error.js";

/**
 * The one SQL dialect of the program: Postgres, as a server or embedded (PGlite).
 *
 * Values are alike on both: `bytea` comes as `Uint8Array`, `jsonb` parsed, `int8` as a number (`INT8_UNSAFE` beyond 2^53 - 1),
 * `timestamptz` as `Date`. Parameters: bytes as `Uint8Array` or `Buffer`, JSON as text (`JSON.stringify`), so that an array
 * isn't taken for a Postgres array. Errors of the database keep its five-character `code`.
 */
export interface Sql {
  /** The rows of one statement. Without parameters the text may hold several statements; then the rows of the last. */
  query<R>(text: string, params?: readonly unknown[]): Promise<R[]>;
  /**
   * Runs `work` in one transaction, committed when it resolves and rolled back when it throws. Within it, speak only through
   * the `sql` it is handed: on PGlite any other waits for this transaction to end. `tx` within `tx` is a savepoint.
   *
   * An error that the server answers is final; a lost connection may have lost the answer of a commit that happened.
   *
   * @throws {SqlError} `TX_ABORTED` when `work` swallowed the error of a query: Postgres would turn the commit into a rollback.
   */
  tx<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Calls `heard` on each NOTIFY of the channel and after each reconnect, when some may have been missed. A hint only:
   * whoever listens must also poll. The answer stops it.
   */
  listen(channel: string, heard: () => void): Promise<() => Promise<void>>;
  /** Whether other processes can open the same store. False on PGlite. */
  readonly shared: boolean;
  /** Ends every connection, after what is running. Twice is harmless. */
  close(): Promise<void>;
}

/** The answer of a store that can't be used as asked. `code` is ours; the database's own errors are passed as they are. */
export class SqlError extends Error {
  override readonly name = "SqlError";

  constructor(
    readonly code: "TX_ABORTED" | "INT8_UNSAFE" | "IN_TRANSACTION",
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** @throws {ConfigError} `STORE_NOT_SHARED` when `program` would run beside others on a store that serves one process. */
export function requireShared(sql: Sql, program: string): void {
  if (sql.shared) return;
  throw new ConfigError(
    "STORE_NOT_SHARED",
    `${program} alone needs a Postgres server (DATABASE_URL); the embedded store serves one process, which is \`countersign up\``,
  );
}
