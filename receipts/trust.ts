import { unb64u } from "../incidents/bytes.js";
import { type Json, parseStrict } from "../incidents/canonical.js";
import { digestOfJson } from "../incidents/digest.js";
import { keyId } from "../incidents/event.js";
import { int, list, nullable, oneOf, pattern, problemsOf, record, type TypeOf, text } from "../incidents/shape.js";
import * as v from "../incidents/vocabulary.js";
import { isValidKey, type KeyRole, keyIdOf } from "./ed25519.js";

export const REQUIRABLE = [
  "chain",
  "signatures",
  "statement",
  "state",
  "policy",
  "log",
  "governance",
  "passkey",
  "witness",
] as const;
export type Requirable = (typeof REQUIRABLE)[number];

const publicKey = pattern("[A-Za-z0-9_-]{43}", "a public key of 32 bytes as base64url");
const keys = list(record({ keyid: keyId, publicKey }), 100);

/** What a reader trusts, as they got it from the organisation by another way than the receipt. */
export const trustShape = record({
  v: oneOf(1),
  org: v.orgId,
  /** The log's origin and key, the keyset and witnesses: for a log, which this form of the receipt doesn't have yet. */
  origin: nullable(text(200)),
  logKey: nullable(text(200)),
  recorders: keys,
  builders: keys,
  gateways: keys,
  keyset: nullable(v.digest),
  witnesses: record({ keys: list(text(200), 100), quorum: int(0, 100) }),
  rpIds: list(text(200), 100),
  origins: list(text(200), 100),
  /** The policies that the reader knows as the organisation's; null where they know none. */
  policies: nullable(list(v.digest, 10_000)),
  minAssurance: nullable(v.assurance),
  minSize: nullable(int(0, Number.MAX_SAFE_INTEGER)),
  maxAge: nullable(pattern("[1-9][0-9]{0,4}[mhd]", "a duration like 90m, 4h or 2d")),
  /** At least one: where nothing is required, nothing is verified. */
  require: list(oneOf(...REQUIRABLE), REQUIRABLE.length, 1),
});
export type Trust = TypeOf<typeof trustShape>;

/** The reader's own file is bad: nothing can be said about any receipt. */
export class TrustError extends Error {
  override readonly name = "TrustError";
  readonly code = "TRUST_MALFORMED";
}

/** Strict JSON in any layout, since people edit it. @throws {TrustError} */
export function parseTrust(bytes: Uint8Array): Trust {
  try {
    const value: unknown = parseStrict(bytes);
    const problem = problemsOf(trustShape, value)[0];
    if (problem) throw new RangeError(`${problem.path}: ${problem.message}`);
    checkKeys(value as Trust);
    return value as Trust;
  } catch (error) {
    throw new TrustError(`the trust file is not usable: ${(error as Error).message}`);
  }
}

export const trustDigest = (trust: Trust): string => digestOfJson("trust", trust as unknown as Json);

export const ROLE_LISTS = { recorder: "recorders", gateway: "gateways", builder: "builders" } as const satisfies Record<
  KeyRole,
  keyof Trust
>;

/** Each id is that of its key in its role, and no key has two roles. */
function checkKeys(trust: Trust): void {
  const seen = new Set<string>();
  for (const [role, name] of Object.entries(ROLE_LISTS) as [KeyRole, (typeof ROLE_LISTS)[KeyRole]][])
    for (const { keyid, publicKey } of trust[name]) {
      const bytes = unb64u(publicKey);
      if (!isValidKey(bytes)) throw new RangeError(`${name}: ${keyid} is not an Ed25519 key of prime order`);
      if (keyIdOf(role, bytes) !== keyid)
        throw new RangeError(`${name}: the id of ${publicKey} is ${keyIdOf(role, bytes)}, not ${keyid}`);
      if (seen.has(publicKey)) throw new RangeError(`${name}: the key ${keyid} is named twice`);
      seen.add(publicKey);
    }
}
