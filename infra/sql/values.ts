import { SqlError } from "./sql.js";

/** Type numbers of Postgres (pg_type.oid). */
export const INT8_OID = 20;
export const BYTEA_OID = 17;

/** Counters and offsets are numbers everywhere in the program; one that JavaScript can't hold exactly is an error, not a rounding. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new SqlError("INT8_UNSAFE", `${text} is beyond 2^53 - 1`);
  return value;
}
