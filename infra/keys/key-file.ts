import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { b64u, unb64u, utf8 } from "../../incidents/bytes.js";
import { canonicalText, type Json, parseStrict } from "../../incidents/canonical.js";
import { keyId } from "../../incidents/event.js";
import { conforms, oneOf, pattern, record, type TypeOf } from "../../incidents/shape.js";
import { instant, orgId } from "../../incidents/vocabulary.js";
import { ConfigError } from "../config-error.js";
import { keyIdOfSecret } from "./key-id.js";
import { role } from "./roles.js";

/** One key, one file, one role. `retired`: no longer used for new work, but still loaded, for what was made with it. */
const keyFile = record({
  v: oneOf(1),
  org: orgId,
  role,
  kid: keyId,
  state: oneOf("current", "retired"),
  created: instant,
  secret: pattern("[A-Za-z0-9_-]{43}", "32 bytes as base64url"),
});

export type StoredKey = Omit<TypeOf<typeof keyFile>, "v" | "secret"> & {
  /** 32 bytes: an Ed25519 seed (RFC 8032) or a symmetric key. */
  readonly secret: Uint8Array;
};

/** @throws {ConfigError} `KEYS_EXPOSED` where others than the owner may read the file, `BAD_KEY_FILE` where it isn't a key of ours. */
export function readKeyFile(path: string): StoredKey {
  const { v: _, secret, ...key } = parseKeyFile(path, readPrivate(path));
  const bytes = unb64u(secret);
  if (keyIdOfSecret(key.role, bytes) !== key.kid) throw badKeyFile(path, `it says ${key.kid} and holds another key`);
  return { ...key, secret: bytes };
}

/** Made readable to its owner alone from the first byte on. @throws where the file is there already: a key is never overwritten. */
export function writeKeyFile(path: string, { secret, ...key }: StoredKey): void {
  const fd = openSync(path, "wx", 0o600);
  try {
    writeSync(fd, `${canonicalText({ v: 1, ...key, secret: b64u(secret) })}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Mode and content of one open file: what was checked is what is read. Windows has no such modes. */
function readPrivate(path: string): string {
  const fd = openSync(path, "r");
  try {
    const mode = fstatSync(fd).mode & 0o777;
    if (process.platform !== "win32" && (mode & 0o077) !== 0) throw exposed(path, mode);
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

function parseKeyFile(path: string, text: string): TypeOf<typeof keyFile> {
  let value: Json;
  try {
    value = parseStrict(utf8(text));
  } catch {
    // The parser's message may quote the text, which is a key.
    throw badKeyFile(path, "it isn't JSON");
  }
  if (!conforms(keyFile, value)) throw badKeyFile(path, "expected {v: 1, org, role, kid, state, created, secret}");
  return value;
}

const exposed = (path: string, mode: number): ConfigError =>
  new ConfigError(
    "KEYS_EXPOSED",
    `${path} has mode 0${mode.toString(8)}: expected a key that only its owner reads; chmod 600 it, and replace the key if others could have read it`,
  );

const badKeyFile = (path: string, why: string): ConfigError =>
  new ConfigError("BAD_KEY_FILE", `${path} isn't a key file: ${why}`);
