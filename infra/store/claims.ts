import { type Claim, type Claims, SequenceConflict } from "../../activities/ports.js";
import type { Sql } from "../sql/sql.js";

type Row = {
  readonly seq: number;
  readonly hash: string;
  readonly eid: string;
  readonly record: Uint8Array;
  readonly acknowledged: boolean;
};

/** Claims in SQL: the primary key (org, inc, seq) is the guard. */
export const sqlClaims = (sql: Sql): Claims => ({
  claim: (org, inc, claims) =>
    sql.tx(async (tx) => {
      for (const claim of claims) await claimOne(tx, org, inc, claim);
    }),
  acknowledge: async (org, inc, firstSeq, count) => {
    await sql.query(
      "update claims set acked_at = coalesce(acked_at, now()) where org = $1 and inc = $2 and seq >= $3 and seq < $4",
      [org, inc, firstSeq, firstSeq + count],
    );
  },
  from: (org, inc, seq) =>
    sql.query<Row>(
      "select seq, hash, eid, record, acked_at is not null as acknowledged from claims where org = $1 and inc = $2 and seq >= $3 order by seq",
      [org, inc, seq],
    ),
  acknowledged: async (org, inc, seq) => {
    const rows = await sql.query<{ record: Uint8Array }>(
      "select record from claims where org = $1 and inc = $2 and seq = $3 and acked_at is not null",
      [org, inc, seq],
    );
    return rows[0]?.record ?? null;
  },
});

async function claimOne(tx: Sql, org: string, inc: string, { seq, hash, eid, record }: Claim): Promise<void> {
  const inserted = await tx.query(
    "insert into claims (org, inc, seq, hash, eid, record) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning seq",
    [org, inc, seq, hash, eid, record],
  );
  if (inserted.length > 0) return;
  const [holder] = await tx.query<{ hash: string }>(
    "select hash from claims where org = $1 and inc = $2 and seq = $3",
    [org, inc, seq],
  );
  if (holder?.hash !== hash)
    throw new SequenceConflict(
      `event ${seq} of ${inc} is ${holder?.hash ?? "elsewhere in the chain already"}, not ${hash}`,
    );
}
