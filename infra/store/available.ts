import { StoreUnavailable } from "../../services/ports.js";

/** A five-character SQLSTATE is the database's own answer; classes 08, 53, 57 and 58 say that it can't answer now. */
const isOutage = (code: unknown): boolean => typeof code !== "string" || code.length !== 5 || /^(08|53|57|58)/.test(code);

/** What the store answers; a store that is down or full is `StoreUnavailable`, which callers may try again. */
export async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !isConnection(error)) throw error;
    throw new StoreUnavailable("the store can't answer now", { cause: error });
  }
}

/** Programming errors have no code at all and must not look like an outage. */
const isConnection = (error: Error): boolean => {
  const code = (error as { code?: unknown }).code;
  return code === undefined ? /timeout|terminat|closed|ECONN/i.test(error.message) : isOutage(code);
};
