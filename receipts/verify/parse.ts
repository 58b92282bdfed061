import { unb64u } from "../../incidents/bytes.js";
import { CanonicalError, type Json, type JsonObject } from "../../incidents/canonical.js";
import { digestOf, eventHash } from "../../incidents/digest.js";
import { problemsOf } from "../../incidents/shape.js";
import { MAX_RECEIPT_BYTES, parseReceiptJson, RECEIPT_MEDIA_TYPE, type Receipt, receiptShape } from "../format.js";
import { type Finding, finding } from "./codes.js";

/** An event's bytes as the receipt carries them: nothing of it is believed yet. */
export interface RawEvent {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly hash: string;
}

export interface Attachment {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

/** A receipt of the closed shape, with its base64url undone. */
export interface ReadReceipt {
  readonly receipt: Receipt;
  readonly statement: Uint8Array;
  readonly events: readonly RawEvent[];
  readonly envelopes: readonly Attachment[];
  readonly facts: readonly Attachment[];
  readonly policies: readonly Attachment[];
}

const MAX_ATTACHMENT_BYTES = 512 * 1024;
const MAX_FINDINGS = 20;

export type Parsed =
  | { readonly read: ReadReceipt; readonly findings: readonly [] }
  | { readonly read: null; readonly findings: readonly Finding[] };

/** Stages 0 and 1: limits, canonical JSON, closed shape. Nothing later looks at a receipt that fails here. */
export function parseReceipt(bytes: Uint8Array): Parsed {
  const json = readJson(bytes);
  if ("code" in json) return refused(json.code);
  const refusal = refuseShape(json.value);
  if (refusal.length > 0) return { read: null, findings: refusal };
  return decode(json.value as unknown as Receipt);
}

const refused = (...findings: readonly Finding[]): Parsed => ({ read: null, findings });

function readJson(bytes: Uint8Array): { readonly value: Json } | { readonly code: Finding } {
  if (bytes.length > MAX_RECEIPT_BYTES) return { code: finding("FILE_TOO_LARGE", {}, `${bytes.length} bytes`) };
  try {
    return { value: parseReceiptJson(bytes) };
  } catch (error) {
    if (!(error instanceof CanonicalError)) return { code: finding("BAD_JSON") };
    return { code: finding(error.code === "NOT_JSON" ? "BAD_JSON" : error.code, {}, error.message) };
  }
}

function refuseShape(value: Json): readonly Finding[] {
  const { mediaType, core, seals } = (typeof value === "object" && value !== null ? value : {}) as Partial<
    Record<string, JsonObject>
  >;
  if ((mediaType as unknown) !== RECEIPT_MEDIA_TYPE) return [finding("NOT_A_RECEIPT", { path: "/mediaType" })];
  const problems = problemsOf(receiptShape, value).slice(0, MAX_FINDINGS);
  if (problems.length > 0) return problems.map(({ path, message }) => finding("RECEIPT_SHAPE", { path }, message));
  const laterParts = {
    "/core/assertions": core!.assertions,
    "/seals/keysets": seals!.keysets,
    "/seals/governance": seals!.governance,
  };
  const present = Object.entries(laterParts)
    .filter(([, list]) => (list as readonly Json[]).length > 0)
    .map(([path]) => path);
  return [...present, ...(seals!.log === null ? [] : ["/seals/log"])].map((path) =>
    finding("PART_UNSUPPORTED", { path }),
  );
}

function decode(receipt: Receipt): Parsed {
  const findings: Finding[] = [];
  const bytesAt = (text: string, path: string): Uint8Array => {
    try {
      return unb64u(text);
    } catch (error) {
      findings.push(finding("BASE64_MALFORMED", { path }, (error as Error).message));
      return new Uint8Array();
    }
  };
  const attachments = (name: "envelopes" | "facts" | "policies", kind: string): readonly Attachment[] =>
    receipt.core[name].map((text, i) => {
      const bytes = bytesAt(text, `/core/${name}/${i}`);
      if (bytes.length > MAX_ATTACHMENT_BYTES)
        findings.push(finding("ATTACHMENT_TOO_LARGE", { path: `/core/${name}/${i}` }));
      return { bytes, digest: digestOf(kind, bytes) };
    });
  const read: ReadReceipt = {
    receipt,
    statement: bytesAt(receipt.core.statement, "/core/statement"),
    events: receipt.core.events.map(({ b, sig }, i) => {
      const bytes = bytesAt(b, `/core/events/${i}/b`);
      return { bytes, signature: bytesAt(sig, `/core/events/${i}/sig`), hash: eventHash(bytes) };
    }),
    envelopes: attachments("envelopes", "envelope"),
    facts: attachments("facts", "section"),
    policies: attachments("policies", "policy"),
  };
  for (const [i, { sig }] of receipt.seals.signatures.entries()) bytesAt(sig, `/seals/signatures/${i}/sig`);
  for (const [i, { salt }] of receipt.openings.entries()) bytesAt(salt, `/openings/${i}/salt`);
  return findings.length === 0 ? { read, findings: [] } : { read: null, findings: findings.slice(0, MAX_FINDINGS) };
}
