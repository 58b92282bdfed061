import { b64u } from "../incidents/bytes.js";
import { byCodeUnit } from "../incidents/canonical.js";
import { parseEvent } from "../incidents/event.js";
import type { LogRecord } from "../incidents/record.js";
import { assembleCore } from "./core.js";
import { encodeReceipt, type Opening, RECEIPT_MEDIA_TYPE, type Receipt, type Withheld } from "./format.js";

/** What the builder signed of an incident. */
export interface SignedStatement {
  /** The in-toto statement's bytes. */
  readonly payload: Uint8Array;
  readonly keyid: string;
  /** 64 bytes, over the DSSE PAE of the payload. */
  readonly signature: Uint8Array;
}

/**
 * A receipt's bytes: the core from the incident's records in order of seq, the builder's seal, and what the reader may see opened.
 * Every other slot is listed as withheld. The same records and statement give the same core, whatever is opened.
 *
 * @throws {MissingAttachment} where a record lacks bytes that its event names.
 */
export function issueReceipt(
  records: readonly LogRecord[],
  statement: SignedStatement,
  openings: readonly Opening[],
): Uint8Array {
  return encodeReceipt(receiptOf(records, statement, openings));
}

function receiptOf(
  records: readonly LogRecord[],
  { payload, keyid, signature }: SignedStatement,
  openings: readonly Opening[],
): Receipt {
  return {
    mediaType: RECEIPT_MEDIA_TYPE,
    core: assembleCore(records, payload),
    seals: { signatures: [{ keyid, sig: b64u(signature) }], keysets: [], governance: [], log: null },
    openings: [...openings].sort((a, b) => a.seq - b.seq || byCodeUnit(a.path, b.path)),
    withheld: withheldOf(records, openings),
  };
}

function withheldOf(records: readonly LogRecord[], openings: readonly Opening[]): readonly Withheld[] {
  const opened = new Set(openings.map(({ seq, path }) => `${seq} ${path}`));
  return records.flatMap(({ event }) => {
    const { seq, sealed } = parseEvent(event);
    const closed = sealed.filter(([path]) => !opened.has(`${seq} ${path}`));
    return closed.map(([path]): Withheld => ({ seq, path, reason: "confidential" }));
  });
}
