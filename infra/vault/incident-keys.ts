import { randomBytes } from "node:crypto";
import { SealedValueMissing } from "../../activities/ports.js";
import { concat, lp } from "../../incidents/bytes.js";
import type { KeyStore } from "../keys/store.js";
import type { Sql } from "../sql/sql.js";
import { SealedValueDamaged } from "./errors.js";
import { decrypt, encrypt, NONCE_BYTES } from "./gcm.js";

/** K_inc, 32 random bytes for each incident, at rest only under the organisation's master key. */
export interface IncidentKeys {
  /** Makes the incident's key, or keeps the one there is: whoever is first makes it for all. */
  mint(org: string, inc: string): Promise<void>;
  /** @throws {SealedValueMissing} where the incident has no key: none was minted, or it was erased. */
  load(org: string, inc: string): Promise<Uint8Array>;
}

export function incidentKeys(sql: Sql, keys: KeyStore): IncidentKeys {
  return {
    mint: async (org, inc) => {
      const { kid, secret } = keys.current("master");
      const wrapped = wrap(secret, org, inc, new Uint8Array(randomBytes(32)));
      await sql.query(
        "insert into incident_keys (org, inc, kid, wrapped) values ($1, $2, $3, $4) on conflict (org, inc) do nothing",
        [org, inc, kid, wrapped],
      );
    },
    load: async (org, inc) => {
      const [row] = await sql.query<WrappedKey>("select kid, wrapped from incident_keys where org = $1 and inc = $2", [
        org,
        inc,
      ]);
      if (row === undefined) throw new SealedValueMissing(`${inc} has no key: none was made for it, or it was erased`);
      return unwrap(keys, org, inc, row);
    },
  };
}

interface WrappedKey {
  readonly kid: string;
  readonly wrapped: Uint8Array;
}

/** 12 random bytes of nonce, then AES-256-GCM of the key with its organisation and incident as associated data. */
function wrap(master: Uint8Array, org: string, inc: string, key: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
  return concat(nonce, encrypt(master, nonce, placeOf(org, inc), key));
}

function unwrap(keys: KeyStore, org: string, inc: string, { kid, wrapped }: WrappedKey): Uint8Array {
  const master = keys.byId("master", kid);
  if (master === undefined)
    throw new SealedValueDamaged(`the key of ${inc} is wrapped by ${kid}, which the key store hasn't got`);
  const nonce = wrapped.subarray(0, NONCE_BYTES);
  const key = decrypt(master.secret, nonce, placeOf(org, inc), wrapped.subarray(NONCE_BYTES));
  if (key === null) throw new SealedValueDamaged(`the key of ${inc} doesn't open under ${kid}`);
  return key;
}

const placeOf = (org: string, inc: string): Uint8Array => concat(lp("countersign/incident-key/v1"), lp(org), lp(inc));
