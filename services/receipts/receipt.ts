import { parseEvent } from "../../incidents/event.js";
import { parseRecord, type LogRecord } from "../../incidents/record.js";
import { conforms } from "../../incidents/shape.js";
import { incidentId } from "../../incidents/vocabulary.js";
import type { Opening } from "../../receipts/format.js";
import { issueReceipt } from "../../receipts/serve.js";
import type { Ports, Vault } from "../ports.js";

/** The receipt as the builder last signed it; null until it has folded a first event. Stored receipts hold no openings: they are made here. */
export async function receiptBytes({ receipts, vault }: Ports, org: string, inc: string, openings: "none" | "all"): Promise<Uint8Array | null> {
  if (!conforms(incidentId, inc)) return null;
  const latest = await receipts.latest(org, inc);
  if (latest === null) return null;
  const records = latest.records.map(parseRecord);
  return issueReceipt(records, latest.statement, openings === "all" ? await openAll(vault, org, inc, records) : []);
}

async function openAll(vault: Vault, org: string, inc: string, records: readonly LogRecord[]): Promise<readonly Opening[]> {
  const slots = records.flatMap(({ event }) => {
    const { seq, sealed } = parseEvent(event);
    return sealed.map((triple) => ({ seq, triple }));
  });
  const opened = await vault.openings(org, inc, slots.map(({ triple }) => triple));
  return opened.map((opening, i) => ({ seq: slots[i]!.seq, ...opening }));
}
