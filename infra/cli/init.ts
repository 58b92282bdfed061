import { rmSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { type Initialised, initialise } from "../config/initialise.js";
import { orFail, setupCode } from "./or-fail.js";

export { type Initialised, type InitialiseOptions, initialise } from "../config/initialise.js";

interface InitOptions {
  readonly dir?: string;
  readonly org?: string;
  readonly name?: string;
  readonly demo?: boolean;
  readonly json?: boolean;
  readonly force?: boolean;
  readonly tokensFile?: string;
}

const HELP = `
Writes countersign.yaml, policy.yaml, keys/ and trust.json. Tokens are shown this once; the configuration holds their SHA-256.
Give trust.json to whoever is to verify receipts, by another way than the receipts. Keys are never overwritten: back keys/ up,
since without keys/master-* nothing that was sealed can be opened.

Examples:
  $ countersign init --org acme --name "Acme Payments"
  $ countersign init --demo --tokens-file tokens.json
  $ countersign init --force --json

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 set up wrong (already initialised without --force, keys of another organisation).`;

/** `countersign init`: the result on standard output. */
export function initCommand(): Command {
  return new Command("init")
    .description("make configuration, policy, keys and trust file of a new installation")
    .option("--dir <folder>", "where to (default: $COUNTERSIGN_HOME, else .countersign)")
    .option("--org <id>", "id of the organisation, [a-z0-9-] (default: main)")
    .option("--name <name>", "its name (default: the id)")
    .option("--demo", "with people, a target and a source to play with")
    .option(
      "--tokens-file <file>",
      "write the tokens to this file, readable to its owner alone, instead of printing them",
    )
    .option("--force", "write configuration and policy anew and make new tokens; keys stay")
    .option("--json", "print the result as JSON")
    .addHelpText("after", HELP)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .action((options: InitOptions) => orFail(options.json, () => init(options), setupCode));
}

function init({
  dir = process.env.COUNTERSIGN_HOME || ".countersign",
  tokensFile,
  json,
  ...options
}: InitOptions): void {
  const made = initialise({ dir, ...options });
  if (tokensFile !== undefined) writePrivate(tokensFile, `${JSON.stringify(made.tokens, null, 2)}\n`);
  const tokens = tokensFile === undefined ? made.tokens : undefined;
  console.log(json ? JSON.stringify(toJson(made, tokens), null, 2) : toText(made, tokens, tokensFile));
}

/** Removed first: an old file would keep its mode. */
function writePrivate(file: string, text: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: "wx" });
}

const toJson = (
  { dir, config, policyDigest, ids }: Initialised,
  tokens: Initialised["tokens"] | undefined,
): object => ({
  dir,
  organisation: config.organisation,
  policyDigest,
  ids,
  ...(tokens && { tokens }),
});

function toText(
  { config, paths, policyDigest }: Initialised,
  tokens: Initialised["tokens"] | undefined,
  file: string | undefined,
): string {
  const width = Math.max(...Object.keys(tokens ?? {}).map((name) => name.length));
  const lines = Object.entries(tokens ?? {}).map(([name, token]) => `  ${name.padEnd(width)}  ${token}`);
  return [
    `Initialised ${config.organisation.name} (${config.organisation.id}).`,
    `  configuration  ${paths.config}`,
    `  policy         ${config.policyFile} (${policyDigest.slice(0, 12)})`,
    `  keys           ${paths.keys} (back them up; nobody else may read them)`,
    `  trust file     ${paths.trust} (give it to whoever verifies receipts)`,
    tokens === undefined ? `Tokens are in ${file}.` : `Tokens, shown this once:\n${lines.join("\n")}`,
  ].join("\n");
}
