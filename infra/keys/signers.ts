import type { GatewayKeys, Recorder, RecorderKeys } from "../../activities/ports.js";
import { b64u } from "../../incidents/bytes.js";
import { publicKeyOf, sign } from "../../receipts/ed25519.js";
import { ConfigError } from "../config-error.js";
import type { StoredKey } from "./key-file.js";
import type { SigningRole } from "./roles.js";
import type { KeyStore } from "./store.js";

/** Signs with one key. `sign` takes the whole preimage (a DSSE PAE) and gives 64 bytes. */
export interface Signer {
  readonly keyid: string;
  sign(message: Uint8Array): Uint8Array;
}

/** As a trust file names it. */
export interface PublicKey {
  readonly keyid: string;
  /** 32 bytes, base64url. */
  readonly publicKey: string;
}

/** The API's: vouches for the command of a person or a source. */
export const gatewaySigner = (keys: KeyStore): Signer => signerOf(keys.current("gateway"));

/** The builder's: signs the statement of a receipt. */
export const builderSigner = (keys: KeyStore): Signer => signerOf(keys.current("builder"));

export const publicKeysOf = (keys: KeyStore, role: SigningRole): readonly PublicKey[] =>
  keys.all(role).map(({ kid, secret }) => ({ keyid: kid, publicKey: b64u(publicKeyOf(secret)) }));

export function recorderKeys(keys: KeyStore): RecorderKeys {
  return {
    current: async (org) => recorderOf(ofOrg(keys, org).current("recorder")),
    byId: async (org, kid) => {
      const key = ofOrg(keys, org).byId("recorder", kid);
      if (key === undefined) throw new ConfigError("KEY_UNKNOWN", `the key store has no recorder key ${kid}`);
      return recorderOf(key);
    },
  };
}

export function gatewayKeys(keys: KeyStore): GatewayKeys {
  const known = new Map(keys.all("gateway").map(({ kid, secret }) => [kid, publicKeyOf(secret)]));
  return { publicKey: async (org, keyid) => (org === keys.org ? (known.get(keyid) ?? null) : null) };
}

function ofOrg(keys: KeyStore, org: string): KeyStore {
  if (org === keys.org) return keys;
  throw new ConfigError("KEYS_OF_ANOTHER_ORG", `the key store is that of ${keys.org}, not of ${org}`);
}

const signerOf = ({ kid, secret }: StoredKey): Signer => ({ keyid: kid, sign: (message) => sign(secret, message) });

const recorderOf = ({ kid, secret }: StoredKey): Recorder => ({ kid, sign: (message) => sign(secret, message) });
