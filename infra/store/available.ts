import { StoreUnavailable } from "../../services/ports.js";

/**
 * A five-character SQLSTATE is the database's own answer: classes 08, 53, 57 and 58 say that it can't answer now, class 40 that this
 * transaction lost against another. Any other code of a connection's error (ECONNREFUSED) is an outage, our own (SqlError) isn't.
 */
const isOutage = (code: string): boolean =>
  /^[0-9A-Z]{5}$/.test(code) ? /^(08|40|53|57|58)/.test(code) : /^E[A-Z]+$/.test(code);

/** What the store answers; a store that is down or full is `StoreUnavailable`, which callers may try again. */
export async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !isConnection(error)) throw error;
    throw new StoreUnavailable("the store can't answer now", { cause: error });
  }
}

/** pg and PGlite say some outages in words alone; a programming error must not look like one. */
const isConnection = (error: Error): boolean => {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? isOutage(code) : /timeout|terminated|closed/i.test(error.message);
};
