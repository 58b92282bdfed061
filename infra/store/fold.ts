import type {
  FoldedEvent,
  FoldedIncident,
  FoldStore,
  FoldTransaction,
  ReceiptHead,
  ReceiptSource,
} from "../../receipts/ports.js";
import type { Sql } from "../sql/sql.js";

/** The builder's state in SQL. A builder locks the row of the partition that it folds, so that two can't fold the same record. */
export const sqlFoldStore = (sql: Sql): FoldStore => ({
  offsets: async () => {
    const rows = await sql.query<{ next: number }>("select next from fold_partitions order by partition");
    return rows.map((row) => row.next);
  },
  waiting: () => sql.query<{ org: string; inc: string }>("select distinct org, inc from fold_held order by org, inc"),
  transact: (work) => sql.tx((tx) => work(transaction(tx))),
});

const transaction = (tx: Sql): FoldTransaction => ({ ...positions(tx), ...incidents(tx), ...waiting(tx) });

const positions = (tx: Sql): Pick<FoldTransaction, "nextOffset" | "setNextOffset" | "addDeadLetter"> => ({
  nextOffset: async (partition) => {
    const rows = await tx.query<{ next: number }>("select next from fold_partitions where partition = $1 for update", [
      partition,
    ]);
    return rows[0]!.next;
  },
  setNextOffset: async (partition, offset) => {
    await tx.query("update fold_partitions set next = $2 where partition = $1", [partition, offset]);
  },
  addDeadLetter: async ({ partition, offset, code, bytes }) => {
    await tx.query(
      'insert into fold_dead_letters (partition, "offset", code, bytes) values ($1, $2, $3, $4) on conflict do nothing',
      [partition, offset, code, bytes],
    );
  },
});

const incidents = (
  tx: Sql,
): Pick<FoldTransaction, "incident" | "saveIncident" | "hashAt" | "addEvent" | "saveHead"> => ({
  incident: async (org, inc) => {
    const rows = await tx.query<FoldedIncident>(
      "select status, seq, head, state from fold_incidents where org = $1 and inc = $2 for update",
      [org, inc],
    );
    return rows[0] ?? null;
  },
  saveIncident: async (org, inc, { status, seq, head, state }) => {
    await tx.query(
      `insert into fold_incidents (org, inc, status, seq, head, state) values ($1, $2, $3, $4, $5, $6)
       on conflict (org, inc) do update set status = excluded.status, seq = excluded.seq, head = excluded.head, state = excluded.state`,
      [org, inc, status, seq, head, state],
    );
  },
  hashAt: async (org, inc, seq) => {
    const rows = await tx.query<{ hash: string }>(
      "select hash from fold_events where org = $1 and inc = $2 and seq = $3",
      [org, inc, seq],
    );
    return rows[0]?.hash ?? null;
  },
  addEvent: async ({ org, inc, seq, hash, record }) => {
    await tx.query("insert into fold_events (org, inc, seq, hash, record) values ($1, $2, $3, $4, $5)", [
      org,
      inc,
      seq,
      hash,
      record,
    ]);
  },
  saveHead: async (org, inc, { payload, keyid, signature }) => {
    await tx.query(
      `insert into receipt_heads (org, inc, payload, keyid, signature) values ($1, $2, $3, $4, $5)
       on conflict (org, inc) do update set payload = excluded.payload, keyid = excluded.keyid, signature = excluded.signature, at = now()`,
      [org, inc, payload, keyid, signature],
    );
  },
});

const waiting = (tx: Sql): Pick<FoldTransaction, "holdBack" | "heldBack" | "release"> => ({
  holdBack: async ({ org, inc, seq, hash, record }) => {
    await tx.query(
      "insert into fold_held (org, inc, seq, hash, record) values ($1, $2, $3, $4, $5) on conflict do nothing",
      [org, inc, seq, hash, record],
    );
  },
  heldBack: (org, inc) =>
    tx.query<FoldedEvent>(
      "select org, inc, seq, hash, record from fold_held where org = $1 and inc = $2 order by seq, hash",
      [org, inc],
    ),
  release: async (org, inc, seq, hash) => {
    await tx.query("delete from fold_held where org = $1 and inc = $2 and seq = $3 and hash = $4", [
      org,
      inc,
      seq,
      hash,
    ]);
  },
});

/** What receipts are made of. */
export const sqlReceiptSource = (sql: Sql): ReceiptSource => ({
  records: async (org, inc) => {
    const rows = await sql.query<{ record: Uint8Array }>(
      "select record from fold_events where org = $1 and inc = $2 order by seq",
      [org, inc],
    );
    return rows.map((row) => row.record);
  },
  head: async (org, inc) => {
    const rows = await sql.query<ReceiptHead>(
      "select payload, keyid, signature from receipt_heads where org = $1 and inc = $2",
      [org, inc],
    );
    return rows[0] ?? null;
  },
});
