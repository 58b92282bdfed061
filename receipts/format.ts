import { canonicalize, type Json, parseCanonical } from "../incidents/canonical.js";
import { digestOf } from "../incidents/digest.js";
import { keyId } from "../incidents/event.js";
import {
  int,
  list,
  nullable,
  object,
  oneOf,
  pattern,
  record,
  type Shape,
  type TypeOf,
  text,
} from "../incidents/shape.js";

export const RECEIPT_MEDIA_TYPE = "application/vnd.countersign.receipt.v1+json";
export const MAX_RECEIPT_BYTES = 32 * 1024 * 1024;
export const MAX_EVENTS = 10_000;
const MAX_ATTACHMENTS = 100_000;
const MAX_SLOTS = 1_000_000;

const base64url = pattern("[A-Za-z0-9_-]*", "base64url");
/** Any value, but one: a member that isn't there has none. */
const anyJson: Shape<Json> = {
  schema: {},
  check: (value, path, problems) => {
    if (value === undefined) problems.push({ path, message: "expected a value, found nothing" });
  },
};

/** The part that is a function of the incident's records alone (SPEC.md, "Core"). */
const core = record({
  /** The in-toto statement's bytes. */
  statement: base64url,
  events: list(record({ b: base64url, sig: base64url }), MAX_EVENTS, 1),
  /** Passkey assertions; this form of the format has none. */
  assertions: list(object, MAX_ATTACHMENTS),
  envelopes: list(base64url, MAX_ATTACHMENTS),
  facts: list(base64url, MAX_ATTACHMENTS),
  policies: list(base64url, MAX_ATTACHMENTS),
});

const seals = record({
  signatures: list(record({ keyid: keyId, sig: base64url }), 10),
  /** Keysets, governance and log have their places; a verifier of this form says that it can't check them. */
  keysets: list(base64url, 1_000),
  governance: list(base64url, MAX_EVENTS),
  log: nullable(record({ checkpoint: text(10_000), census: object, head: object, proofs: list(object, MAX_EVENTS) })),
});

const seq = int(0, MAX_EVENTS - 1);
const path = pattern("/[A-Za-z0-9][A-Za-z0-9/_-]{0,79}", "a JSON Pointer");

export const receiptShape = record({
  mediaType: oneOf(RECEIPT_MEDIA_TYPE),
  core,
  seals,
  openings: list(
    record({ seq, path, salt: pattern("[A-Za-z0-9_-]{43}", "32 bytes as base64url"), value: anyJson }),
    MAX_SLOTS,
  ),
  withheld: list(record({ seq, path, reason: oneOf("confidential", "erased") }), MAX_SLOTS),
});

export type Receipt = TypeOf<typeof receiptShape>;
export type Core = Receipt["core"];
export type Seals = Receipt["seals"];
export type Opening = Receipt["openings"][number];
export type Withheld = Receipt["withheld"][number];

export const encodeReceipt = (receipt: Receipt): Uint8Array => canonicalize(receipt as unknown as Json);

/** Reads canonical JSON and nothing more: the closed shape is checked by the verifier, which reports every fault at once. */
export const parseReceiptJson = (bytes: Uint8Array): Json => parseCanonical(bytes);

/** The receipt's id: the same whatever is opened, and whoever seals it again. */
export const receiptId = (core: Core): string => digestOf("core", canonicalize(core as unknown as Json));
