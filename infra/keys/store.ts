import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { hex } from "../../incidents/bytes.js";
import { ConfigError } from "../config-error.js";
import { readKeyFile, type StoredKey } from "./key-file.js";
import { ROLES, type Role } from "./roles.js";

/** The keys of one organisation, read once at start: a key that is rotated in is taken up by the next start. */
export interface KeyStore {
  readonly org: string;
  /** The key that new work is done with; there is exactly one. */
  current(role: Role): StoredKey;
  /** Current and retired ones, oldest first. */
  all(role: Role): readonly StoredKey[];
  byId(role: Role, kid: string): StoredKey | undefined;
}

/**
 * Reads every key file of a folder.
 * @throws {ConfigError} `KEYS_NOT_FOUND`, `KEYS_EXPOSED`, `BAD_KEY_FILE`, `KEYS_OF_TWO_ORGS`, `KEY_REUSED`, `NO_CURRENT_KEY`
 */
export function openKeyStore(dir: string): KeyStore {
  if (!existsSync(dir))
    throw new ConfigError("KEYS_NOT_FOUND", `no folder ${dir}: \`countersign init\` makes the keys`);
  requirePrivateFolder(dir);
  return keyStoreOf(keyFilesOf(dir).map(readKeyFile), dir);
}

export const keyFilesOf = (dir: string): readonly string[] =>
  readdirSync(dir)
    .filter((name) => /^[a-z]{3,12}-[0-9a-f]{16}\.json$/.test(name))
    .sort()
    .map((name) => join(dir, name));

/** `where` is named in errors. */
export function keyStoreOf(keys: readonly StoredKey[], where: string): KeyStore {
  const org = requireOneOrg(keys, where);
  requireOneRoleEach(keys, where);
  const byRole = new Map(ROLES.map((role) => [role, ofRole(keys, role)]));
  const current = new Map(ROLES.map((role) => [role, requireCurrent(byRole.get(role)!, role, where)]));
  return {
    org,
    current: (role) => current.get(role)!,
    all: (role) => byRole.get(role)!,
    byId: (role, kid) => byRole.get(role)!.find((key) => key.kid === kid),
  };
}

const ofRole = (keys: readonly StoredKey[], role: Role): readonly StoredKey[] =>
  keys.filter((key) => key.role === role).sort((a, b) => Date.parse(a.created) - Date.parse(b.created));

function requirePrivateFolder(dir: string): void {
  const mode = statSync(dir).mode & 0o777;
  if (process.platform === "win32" || (mode & 0o022) === 0) return;
  throw new ConfigError(
    "KEYS_EXPOSED",
    `${dir} has mode 0${mode.toString(8)}: others could put keys there; chmod 700 it`,
  );
}

function requireOneOrg(keys: readonly StoredKey[], where: string): string {
  const orgs = [...new Set(keys.map(({ org }) => org))];
  if (orgs.length === 1) return orgs[0]!;
  if (orgs.length === 0)
    throw new ConfigError("KEYS_NOT_FOUND", `no key file in ${where}: \`countersign init\` makes them`);
  throw new ConfigError("KEYS_OF_TWO_ORGS", `${where} holds keys of ${orgs.join(" and ")}; expected one organisation`);
}

/** A signature by one role must never be one of another, and what encrypts never signs. */
function requireOneRoleEach(keys: readonly StoredKey[], where: string): void {
  const seen = new Map<string, string>();
  for (const { kid, secret } of keys) {
    const other = seen.get(hex(secret));
    if (other !== undefined) throw new ConfigError("KEY_REUSED", `${other} and ${kid} in ${where} are the same key`);
    seen.set(hex(secret), kid);
  }
}

function requireCurrent(keys: readonly StoredKey[], role: Role, where: string): StoredKey {
  const current = keys.filter(({ state }) => state === "current");
  if (current.length === 1) return current[0]!;
  throw new ConfigError("NO_CURRENT_KEY", `expected one current ${role} key in ${where}, found ${current.length}`);
}
