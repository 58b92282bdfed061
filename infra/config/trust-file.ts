import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseTrust, type Trust } from "../../receipts/trust.js";
import { publicKeysOf } from "../keys/signers.js";
import type { KeyStore } from "../keys/store.js";

/**
 * What a reader of this organisation's receipts needs to trust, for them to get by another way than the receipt. There is no log,
 * keyset or witness yet: their places are null or empty, and a reader who requires them gets INCOMPLETE.
 *
 * `policies` are digests: all that an incident may have been judged by.
 */
export const trustFileOf = (keys: KeyStore, policies: readonly string[]): Trust => ({
  v: 1,
  org: keys.org,
  origin: null,
  logKey: null,
  recorders: publicKeysOf(keys, "recorder"),
  builders: publicKeysOf(keys, "builder"),
  gateways: publicKeysOf(keys, "gateway"),
  keyset: null,
  witnesses: { keys: [], quorum: 0 },
  rpIds: [],
  origins: [],
  policies,
  minAssurance: null,
  minSize: null,
  maxAge: null,
  require: ["chain", "signatures", "statement", "state", "policy"],
});

/**
 * Writes the file anew with the keys there are now. What people have set in it stays, and so do the policies it names: receipts of
 * incidents that were judged by an older one must still verify.
 * @throws {TrustError} where the file there isn't one.
 */
export function writeTrustFile(file: string, keys: KeyStore, activePolicy: string): Trust {
  const fresh = trustFileOf(keys, [activePolicy]);
  const there = existsSync(file) ? parseTrust(readFileSync(file)) : fresh;
  const { recorders, builders, gateways } = fresh;
  const policies = [...new Set([...(there.policies ?? []), activePolicy])];
  const trust: Trust = { ...there, org: keys.org, recorders, builders, gateways, policies };
  writeFileSync(file, `${JSON.stringify(trust, null, 2)}\n`);
  return trust;
}
