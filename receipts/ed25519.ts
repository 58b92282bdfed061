import { getPublicKey, hashes, Point, sign as signWith, verify } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { b64u, hex } from "../incidents/bytes.js";

hashes.sha512 = sha512;

/** Roles of keys; a key has one, and its id begins with it. */
export type KeyRole = "recorder" | "gateway" | "builder";

/** Ed25519 as another library has it: cofactorless, comparing R byte by byte, and refusing S ≥ L. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/**
 * Whether a signature holds under the agreement profile (SPEC.md, "Signatures"), on which all common verifiers agree: strict
 * encodings; a key of prime order; R canonical, torsion-free and not the identity; S < L. Never throws.
 *
 * `publicKey` has 32 bytes, `signature` 64.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || !isValidKey(publicKey)) return false;
  return accelerator === null
    ? verifyReference(publicKey, message, signature)
    : verifyAccelerated(publicKey, message, signature);
}

let accelerator: VerifySignature | null = null;

/** Takes another implementation of the equation, or the reference again with null. What it may accept doesn't change. */
export function useAccelerator(verifier: VerifySignature | null): void {
  accelerator = verifier;
}

function verifyReference(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return isValidPoint(signature.subarray(0, 32)) && verify(signature, message, publicKey, { zip215: false });
}

/** With a key of prime order, the cofactorless equation proves that R is canonical and torsion-free; the identity is left. */
function verifyAccelerated(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return !isIdentity(signature.subarray(0, 32)) && accelerator!(publicKey, message, signature);
}

const isIdentity = (point: Uint8Array): boolean => point.every((byte, i) => byte === (i === 0 ? 1 : 0));

const validKeys = new Map<string, boolean>();
const MAX_CACHED_KEYS = 1_000;

/** Whether the bytes are the canonical encoding of a point of prime order. A scalar multiplication, so remembered per key. */
export function isValidKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const name = b64u(publicKey);
  const known = validKeys.get(name);
  if (known !== undefined) return known;
  if (validKeys.size >= MAX_CACHED_KEYS) validKeys.clear();
  const valid = isValidPoint(publicKey);
  validKeys.set(name, valid);
  return valid;
}

function isValidPoint(bytes: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(bytes, false);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}

/** 64 bytes (RFC 8032); `secret` is the 32-byte seed. */
export const sign = (secret: Uint8Array, message: Uint8Array): Uint8Array => signWith(message, secret);

export const publicKeyOf = (secret: Uint8Array): Uint8Array => getPublicKey(secret);

/** `<role>-<first 16 hex digits of SHA-256(public key)>`: an id can't be given to another key, nor a key to another role. */
export const keyIdOf = (role: KeyRole, publicKey: Uint8Array): string =>
  `${role}-${hex(sha256(publicKey)).slice(0, 16)}`;
