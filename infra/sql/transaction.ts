import { type Sql, SqlError } from "./sql.js";

/** Sends one statement over the connection that holds the transaction. */
export type Run = <R>(text: string, params?: readonly unknown[]) => Promise<R[]>;

/** Runs `work` inside a transaction that the caller has begun and will commit, or roll back when this throws. */
export async function runInside<T>(run: Run, shared: boolean, work: (sql: Sql) => Promise<T>): Promise<T> {
  const inside = insideOf(run, shared);
  const result = await work(inside.sql);
  if (inside.aborted()) throw swallowed();
  return result;
}

function insideOf(run: Run, shared: boolean): { sql: Sql; aborted: () => boolean } {
  let aborted = false;
  const query: Run = async (text, params) => {
    try {
      return await run(text, params);
    } catch (error) {
      aborted = true;
      throw error;
    }
  };
  const tx = async <T>(work: (sql: Sql) => Promise<T>): Promise<T> => {
    if (aborted) throw swallowed();
    await query("savepoint nested");
    try {
      return await keepSavepoint(query, await runInside(run, shared, work));
    } catch (error) {
      // Released after the rollback, or the next rollback would go to this savepoint: they all have one name.
      await query("rollback to savepoint nested; release savepoint nested");
      throw error;
    }
  };
  return { sql: { query, tx, listen: refuse("listen"), close: refuse("close"), shared }, aborted: () => aborted };
}

async function keepSavepoint<T>(query: Run, result: T): Promise<T> {
  await query("release savepoint nested");
  return result;
}

function swallowed(): SqlError {
  return new SqlError(
    "TX_ABORTED",
    "a query of this transaction failed and its error was swallowed; nothing was committed",
  );
}

function refuse(verb: string): () => Promise<never> {
  return async () => {
    throw new SqlError("IN_TRANSACTION", `${verb} isn't possible inside a transaction`);
  };
}
