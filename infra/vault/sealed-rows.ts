import { SealedValueMissing } from "../../activities/ports.js";
import type { SealedTriple } from "../../incidents/events.js";
import type { Sql } from "../sql/sql.js";
import type { SealedSlot } from "./slot-cipher.js";

/** Stores what was sealed, all or nothing, and gives the triples by which it is found again. */
export async function storeSealed(
  sql: Sql,
  org: string,
  inc: string,
  slots: readonly SealedSlot[],
): Promise<readonly SealedTriple[]> {
  if (slots.length === 0) return [];
  const rows = slots.map((_, i) => `($1, $2, $${4 * i + 3}, $${4 * i + 4}, $${4 * i + 5}, $${4 * i + 6})`);
  await sql.query(`insert into sealed_values (org, inc, ref, path, commitment, ciphertext) values ${rows.join(", ")}`, [
    org,
    inc,
    ...slots.flatMap(({ triple: [path, ref, commitment], ciphertext }) => [ref, path, commitment, ciphertext]),
  ]);
  return slots.map(({ triple }) => triple);
}

interface SealedRow {
  readonly ref: string;
  readonly path: string;
  readonly commitment: string;
  readonly ciphertext: Uint8Array;
}

/**
 * The ciphertexts of the triples, in their order.
 * @throws {SealedValueMissing} where one isn't stored, or is stored with another commitment.
 */
export async function readSealed(
  sql: Sql,
  org: string,
  inc: string,
  triples: readonly SealedTriple[],
): Promise<readonly Uint8Array[]> {
  if (triples.length === 0) return [];
  const rows = await sql.query<SealedRow>(
    "select ref, path, commitment, ciphertext from sealed_values where org = $1 and inc = $2 and ref = any($3::text[])",
    [org, inc, triples.map(([, ref]) => ref)],
  );
  const byTriple = new Map(rows.map((row) => [nameOf([row.path, row.ref, row.commitment]), row.ciphertext]));
  return triples.map((triple) => byTriple.get(nameOf(triple)) ?? missing(inc, triple));
}

const nameOf = (triple: SealedTriple): string => JSON.stringify(triple);

const missing = (inc: string, [path, ref]: SealedTriple): never => {
  throw new SealedValueMissing(`${inc} has no sealed value ${path} of ${ref} with this commitment`);
};
