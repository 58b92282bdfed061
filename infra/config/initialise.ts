import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { conforms } from "../../incidents/shape.js";
import { orgId } from "../../incidents/vocabulary.js";
import { ConfigError } from "../config-error.js";
import { ensureKeys } from "../keys/make.js";
import { packageRoot } from "../stack/folders.js";
import { type Config, parseConfig, readConfig } from "./config.js";
import { configDocument } from "./document.js";
import { type Paths, pathsIn } from "./paths.js";
import { readPolicyFile } from "./policies.js";
import type { Connectors } from "./shape.js";
import { starterOf } from "./starter.js";
import { writeTrustFile } from "./trust-file.js";

export interface InitialiseOptions {
  readonly dir: string;
  /** "main" unless told. */
  readonly org?: string;
  /** The id unless told. */
  readonly name?: string;
  /** With people, a target and a source to play with. */
  readonly demo?: boolean;
  /** Overwrites configuration and policy and makes new tokens; keys stay. */
  readonly force?: boolean;
  readonly connectors?: Connectors;
  readonly now?: Date;
}

export interface Initialised {
  readonly dir: string;
  readonly paths: Paths;
  readonly config: Config;
  readonly policyDigest: string;
  /** Token by the name of its person, source or machine. This is the only time that they can be seen. */
  readonly tokens: { readonly [name: string]: string };
  /** Id by the name of each person, source, machine and target. */
  readonly ids: { readonly [name: string]: string };
}

const POLICY_FILE = "policy.yaml";
const STARTER_POLICY = "policy/samples/demo.policy.yaml";

/**
 * Makes an installation in `dir`: keys, `countersign.yaml`, policy and `trust.json`.
 * @throws {ConfigError} `ALREADY_INITIALISED` without `force`; `KEYS_OF_ANOTHER_ORG`, `BAD_ORG`
 */
export function initialise({
  dir,
  org = "main",
  name = org,
  demo = false,
  force = false,
  connectors = {},
  now = new Date(),
}: InitialiseOptions): Initialised {
  const paths = pathsIn(dir);
  requireFresh(paths, org, force);
  const starter = starterOf({ org, demo, connectors });
  const text = configDocument({ organisation: { id: org, name }, policy: POLICY_FILE, connectors }, starter);
  // Read before anything is written: what can't be read again is refused here.
  parseConfig(text, paths.config, now);
  mkdirSync(paths.home, { recursive: true });
  const keys = ensureKeys(paths.keys, org, now);
  writeFileSync(join(paths.home, POLICY_FILE), readFileSync(join(packageRoot(), STARTER_POLICY)));
  const policy = readPolicyFile(join(paths.home, POLICY_FILE));
  writeTrustFile(paths.trust, keys, policy.digest);
  // Last: where it stands, the rest does too.
  writeFileSync(paths.config, text);
  const config = readConfig(paths.config, now);
  return { dir: paths.home, paths, config, policyDigest: policy.digest, tokens: starter.tokens, ids: idsOf(config) };
}

function requireFresh({ config, home }: Paths, org: string, force: boolean): void {
  if (!conforms(orgId, org))
    throw new ConfigError("BAD_ORG", `expected an id of [a-z0-9-], at most 40, found ${JSON.stringify(org)}`);
  if (existsSync(config) && !force)
    throw new ConfigError(
      "ALREADY_INITIALISED",
      `${home} is initialised; --force writes configuration and policy anew and makes new tokens`,
    );
}

const idsOf = ({ people, sources, machines, targets }: Config): Initialised["ids"] =>
  Object.fromEntries([...people, ...sources, ...machines, ...targets].map(({ id, name }) => [name, id]));
