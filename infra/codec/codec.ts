import { randomBytes } from "node:crypto";
import type { Payload, PayloadCodec } from "@temporalio/common";
import proto from "@temporalio/proto";
import { concat, lp, utf8 } from "../../incidents/bytes.js";
import type { KeyStore } from "../keys/store.js";
import { decrypt, encrypt, NONCE_BYTES } from "../vault/gcm.js";

const ENCODING_METADATA = "encoding";
export const ENCODING = "binary/encrypted";
export const KEY_ID_METADATA = "encryption-key-id";

/** Why a payload couldn't be read: never encrypted, by a key that we haven't got, or no longer what was encrypted. */
export type Undecodable = "PLAIN" | "FOREIGN_KEY" | "DAMAGED";

/**
 * Everything that Temporal stores is encrypted by AES-256-GCM under the organisation's codec key, with a random nonce: it holds
 * 12 bytes of nonce, then the ciphertext of the whole protobuf Payload.
 *
 * Decoding never throws. Anybody who reaches the Temporal server can send a signal, and what can't be read would fail the workflow
 * task for ever; it becomes the JSON payload `{"undecodable": …}`, which the workflow refuses on the record.
 */
export function payloadCodec(keys: KeyStore): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => encode(keys, payload)),
    decode: async (payloads) => payloads.map((payload) => decode(keys, payload)),
  };
}

function encode(keys: KeyStore, payload: Payload): Payload {
  const { kid, secret } = keys.current("codec");
  const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
  const plain = PayloadMessage.encode(payload).finish();
  return {
    metadata: { [ENCODING_METADATA]: utf8(ENCODING), [KEY_ID_METADATA]: utf8(kid) },
    data: concat(nonce, encrypt(secret, nonce, associated(keys.org, kid), plain)),
  };
}

function decode(keys: KeyStore, { metadata, data }: Payload): Payload {
  if (textOf(metadata?.[ENCODING_METADATA]) !== ENCODING) return undecodable("PLAIN");
  const key = keys.byId("codec", textOf(metadata?.[KEY_ID_METADATA]));
  if (key === undefined) return undecodable("FOREIGN_KEY");
  // A copy: what comes from protobuf is a Buffer, whose slices behave otherwise.
  const sealed = new Uint8Array(data ?? []);
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const plain = decrypt(key.secret, nonce, associated(keys.org, key.kid), sealed.subarray(NONCE_BYTES));
  return plain === null ? undecodable("DAMAGED") : parsePayload(plain);
}

function parsePayload(bytes: Uint8Array): Payload {
  try {
    return PayloadMessage.decode(bytes);
  } catch {
    return undecodable("DAMAGED");
  }
}

const PayloadMessage = proto.temporal.api.common.v1.Payload;

const associated = (org: string, kid: string): Uint8Array => concat(lp("countersign/codec/v1"), lp(org), lp(kid));

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString("latin1");

const undecodable = (code: Undecodable): Payload => ({
  metadata: { [ENCODING_METADATA]: utf8("json/plain") },
  data: utf8(JSON.stringify({ undecodable: code })),
});
