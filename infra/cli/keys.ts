import { Command } from "commander";
import { readConfig } from "../config/config.js";
import { findPaths, type Paths, pathsIn } from "../config/paths.js";
import { readPolicyFile } from "../config/policies.js";
import { writeTrustFile } from "../config/trust-file.js";
import { ROLES, SIGNING_ROLES } from "../keys/roles.js";
import { publicKeysOf } from "../keys/signers.js";
import { type KeyStore, openKeyStore } from "../keys/store.js";
import { orFail, setupCode } from "./or-fail.js";

interface KeysOptions {
  readonly dir?: string;
  readonly json?: boolean;
}

/** One key as it may be shown: of a secret one, its id alone. */
export interface ShownKey {
  readonly keyid: string;
  readonly role: string;
  readonly state: "current" | "retired";
  readonly created: string;
  readonly publicKey: string | null;
}

const HELP = `
Examples:
  $ countersign keys list
  $ countersign keys trust --json > trust-for-the-auditor.json

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 set up wrong.`;

/** `countersign keys list|trust`: reads key files only; shows no secret. */
export function keysCommand(): Command {
  const keys = new Command("keys")
    .description("show the organisation's keys; write the trust file")
    .addHelpText("after", HELP);
  keys.addCommand(
    part("list", "ids, roles and public keys").action((options: KeysOptions) =>
      orFail(options.json, () => list(options), setupCode),
    ),
  );
  keys.addCommand(
    part("trust", "write trust.json anew from keys and policy").action((options: KeysOptions) =>
      orFail(options.json, () => trust(options), setupCode),
    ),
  );
  return keys;
}

const part = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .option("--dir <folder>", "installation (default: $COUNTERSIGN_HOME, else the nearest)")
    .option("--json", "print the result as JSON")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function list({ dir, json }: KeysOptions): void {
  const keys = openKeyStore(pathsOf(dir).keys);
  const shown = shownKeys(keys);
  const lines = shown.map(
    ({ keyid, state, created, publicKey }) =>
      `${keyid.padEnd(30)}${state.padEnd(9)}${created}  ${publicKey ?? "(secret)"}`,
  );
  console.log(json ? JSON.stringify({ org: keys.org, keys: shown }, null, 2) : lines.join("\n"));
}

/** Every key of the store, without its secret. */
export function shownKeys(keys: KeyStore): readonly ShownKey[] {
  const published = new Map(
    SIGNING_ROLES.flatMap((role) => publicKeysOf(keys, role)).map(({ keyid, publicKey }) => [keyid, publicKey]),
  );
  return ROLES.flatMap((role) => keys.all(role)).map(({ kid, role, state, created }) => ({
    keyid: kid,
    role,
    state,
    created,
    publicKey: published.get(kid) ?? null,
  }));
}

function trust({ dir, json }: KeysOptions): void {
  const paths = pathsOf(dir);
  const { digest } = readPolicyFile(readConfig(paths.config).policyFile);
  const written = writeTrustFile(paths.trust, openKeyStore(paths.keys), digest);
  console.log(json ? JSON.stringify(written, null, 2) : `wrote ${paths.trust}`);
}

const pathsOf = (dir: string | undefined): Paths => (dir === undefined ? findPaths() : pathsIn(dir));
