import { createCipheriv, createDecipheriv } from "node:crypto";

export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: ciphertext, then the 16-byte tag. A nonce must never be used twice with one key. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad);
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** Null where key, nonce, associated data or a byte of the ciphertext is another. */
export function decrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  const body = sealed.length - TAG_BYTES;
  if (body < 0 || nonce.length !== NONCE_BYTES) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(body));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, body)), decipher.final()]));
  } catch {
    return null;
  }
}
