import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../config-error.js";
import { readKeyFile, type StoredKey, writeKeyFile } from "./key-file.js";
import { keyIdOfSecret } from "./key-id.js";
import { ROLES, type Role } from "./roles.js";
import { type KeyStore, keyFilesOf, openKeyStore } from "./store.js";

/**
 * Makes the keys that `dir` lacks, one of each role. Those that are there stay: with the master key, everything sealed under it
 * would be lost. After a crash half-way the next call makes the rest.
 */
export function ensureKeys(dir: string, org: string, at: Date): KeyStore {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // The folder may have been there before, with another mode.
  chmodSync(dir, 0o700);
  const there = keyFilesOf(dir).map(readKeyFile);
  const other = there.find((key) => key.org !== org)?.org;
  if (other !== undefined)
    throw new ConfigError("KEYS_OF_ANOTHER_ORG", `${dir} holds the keys of ${other}, not of ${org}`);
  for (const role of ROLES.filter((role) => there.every((key) => key.role !== role))) {
    const key = newKey(role, org, at);
    writeKeyFile(join(dir, `${key.kid}.json`), key);
  }
  return openKeyStore(dir);
}

/** A fresh key, in memory only. */
export function newKey(role: Role, org: string, at: Date): StoredKey {
  const secret = new Uint8Array(randomBytes(32));
  return { org, role, kid: keyIdOfSecret(role, secret), state: "current", created: at.toISOString(), secret };
}
