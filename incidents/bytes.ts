import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** The UTF-8 bytes of a string. A lone surrogate has none; callers refuse it first (canonical.ts). */
export const utf8 = (text: string): Uint8Array => utf8ToBytes(text);

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => concatBytes(...parts);

export const hex = (bytes: Uint8Array): string => bytesToHex(bytes);

/** Strict: lowercase hex only, so that one byte string has one spelling. @throws {RangeError} otherwise. */
export function unhex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new RangeError("expected lowercase hex");
  return hexToBytes(text);
}

export function u32be(n: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, n);
  return out;
}

export function u64be(n: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(n));
  return out;
}

/** 4-byte big-endian length, then the bytes: no two lists of fields share a preimage. */
export function lp(part: Uint8Array | string): Uint8Array {
  const bytes = typeof part === "string" ? utf8(part) : part;
  return concat(u32be(bytes.length), bytes);
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map([...ALPHABET].map((char, value) => [char, value]));

/** base64url without padding (RFC 4648 section 5). */
export function b64u(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!;
    if (left > 1) out += ALPHABET[(word >> 6) & 63]!;
    if (left > 2) out += ALPHABET[word & 63]!;
  }
  return out;
}

/** Strict inverse of `b64u`: what it accepts re-encodes to itself. @throws {RangeError} otherwise. */
export function unb64u(text: string): Uint8Array {
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let n = 0;
  for (const char of text) {
    const value = VALUES.get(char);
    if (value === undefined) throw new RangeError("expected base64url without padding");
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[n++] = (word >> bits) & 255;
    }
  }
  if (text.length % 4 === 1 || (word & ((1 << bits) - 1)) !== 0) throw new RangeError("base64url is not canonical");
  return out;
}
