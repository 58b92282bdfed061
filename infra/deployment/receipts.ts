import { parseEvent } from "../../incidents/event.js";
import { type LogRecord, parseRecord } from "../../incidents/record.js";
import type { ReceiptHead } from "../../receipts/ports.js";
import { issueReceipt } from "../../receipts/serve.js";
import type { Receipts } from "../../services/ports.js";
import type { Sql } from "../sql/sql.js";
import { sqlReceiptSource } from "../store/fold.js";
import type { Deployment } from "./deployment.js";

/** Receipts as the API serves them: the builder's core and seals, with openings made at this moment and kept nowhere. */
export const receiptsOf = ({ sql, vault }: Pick<Deployment, "sql" | "vault">): Receipts => ({
  get: async (org, inc, openings) => {
    const { head, records } = await readTogether(sql, org, inc);
    if (head === null) return null;
    return issueReceipt(records, head, openings === "none" ? [] : await openAll(vault, org, inc, records));
  },
});

/** One snapshot, so that the builder's word is on exactly these records. */
const readTogether = (
  sql: Sql,
  org: string,
  inc: string,
): Promise<{ head: ReceiptHead | null; records: readonly LogRecord[] }> =>
  sql.tx(async (tx) => {
    await tx.query("set transaction isolation level repeatable read");
    const source = sqlReceiptSource(tx);
    const head = await source.head(org, inc);
    return { head, records: (await source.records(org, inc)).map(parseRecord) };
  });

async function openAll(vault: Deployment["vault"], org: string, inc: string, records: readonly LogRecord[]) {
  const opened = await Promise.all(
    records.map(async ({ event }) => {
      const { seq, sealed } = parseEvent(event);
      return (await vault.openings(org, inc, sealed)).map((opening) => ({ seq, ...opening }));
    }),
  );
  return opened.flat();
}
