import { canonicalize, decodeUtf8, type Json } from "../../incidents/canonical.js";
import type { Receipt } from "../format.js";
import { issueReceipt } from "../serve.js";
import type { Trust } from "../trust.js";
import { type Report, verifyReceipt } from "../verify/index.js";
import { TRUST } from "./cast.js";
import { statementOf } from "./checkout.js";
import type { Story } from "./story.js";

export const receiptBytes = (story: Story, openings = story.openings): Uint8Array =>
  issueReceipt(story.records, statementOf(story), openings);

/** A receipt's JSON with one thing changed, in canonical form again. */
export function edited(bytes: Uint8Array, change: (receipt: Writable<Receipt>) => void): Uint8Array {
  const receipt = JSON.parse(decodeUtf8(bytes)) as Writable<Receipt>;
  change(receipt);
  return canonicalize(receipt as unknown as Json);
}

export type Writable<T> = T extends readonly (infer I)[]
  ? Writable<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;

export const verdictOf = (bytes: Uint8Array, trust: Trust = TRUST): Report => verifyReceipt(bytes, trust);
export const codesOf = (bytes: Uint8Array, trust: Trust = TRUST): readonly string[] =>
  [...new Set(verdictOf(bytes, trust).findings.map((f) => f.code))].sort();
