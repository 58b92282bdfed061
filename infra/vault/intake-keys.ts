import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { concat, lp } from "../../incidents/bytes.js";
import type { IntakeKeys } from "../../services/alerts/ports.js";
import { ConfigError } from "../config-error.js";
import type { KeyStore } from "../keys/store.js";
import { SealedValueDamaged } from "./errors.js";
import { decrypt, encrypt, NONCE_BYTES } from "./gcm.js";

/** A body's key seals one body only. */
const NO_NONCE = new Uint8Array(NONCE_BYTES);

/** Hides what waits in the inbox: labels as HMACs, each body under a key of its own, wrapped by the organisation's. */
export function intakeKeys(keys: KeyStore): IntakeKeys {
  return {
    mac: (org, purpose, text) =>
      createHmac("sha256", ofOrg(keys, org).current("correlation").secret)
        .update(concat(lp(`countersign/${purpose}/v1`), lp(text)))
        .digest("hex"),
    sealBody: (org, delivery, body) => {
      const { kid, secret } = ofOrg(keys, org).current("master");
      const key = new Uint8Array(randomBytes(32));
      const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
      const wrapped = encrypt(wrappingKey(secret), nonce, placeOf("key", org, delivery), key);
      return {
        key: concat(lp(kid), nonce, wrapped),
        body: encrypt(key, NO_NONCE, placeOf("body", org, delivery), body),
      };
    },
    openBody: (org, delivery, { key, body }) => {
      const opened = decrypt(unwrap(ofOrg(keys, org), delivery, key), NO_NONCE, placeOf("body", org, delivery), body);
      if (opened === null) throw new SealedValueDamaged(`the body of ${delivery} doesn't open`);
      return opened;
    },
  };
}

/** `key` holds lp(id of the master key), a nonce, and the body's key. */
function unwrap(keys: KeyStore, delivery: string, key: Uint8Array): Uint8Array {
  const length = key.length < 4 ? 0 : new DataView(key.buffer, key.byteOffset).getUint32(0);
  const kid = Buffer.from(key.subarray(4, 4 + length)).toString("latin1");
  const master = keys.byId("master", kid);
  const [nonce, wrapped] = [key.subarray(4 + length, 4 + length + NONCE_BYTES), key.subarray(4 + length + NONCE_BYTES)];
  const opened = master && decrypt(wrappingKey(master.secret), nonce, placeOf("key", keys.org, delivery), wrapped);
  if (!opened) throw new SealedValueDamaged(`the key of ${delivery} doesn't open under ${kid || "any master key"}`);
  return opened;
}

/** One key, one use: what wraps bodies never wraps the key of an incident. */
const wrappingKey = (master: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", master, "", "countersign/inbox-wrap/v1", 32));

const placeOf = (what: string, org: string, delivery: string): Uint8Array =>
  concat(lp(`countersign/inbox-${what}/v1`), lp(org), lp(delivery));

function ofOrg(keys: KeyStore, org: string): KeyStore {
  if (org === keys.org) return keys;
  throw new ConfigError("KEYS_OF_ANOTHER_ORG", `the key store is that of ${keys.org}, not of ${org}`);
}
