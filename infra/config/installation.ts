import { ConfigError } from "../config-error.js";
import { type KeyStore, openKeyStore } from "../keys/store.js";
import { type Config, readConfig } from "./config.js";
import type { Paths } from "./paths.js";
import { type PolicyDocument, readPolicyFile } from "./policies.js";

export interface Installation {
  readonly paths: Paths;
  readonly config: Config;
  readonly keys: KeyStore;
  readonly policy: PolicyDocument;
}

/**
 * Everything that `init` made and people edited, read once at start.
 * @throws {ConfigError} with the code of whatever is wrong; `KEYS_OF_ANOTHER_ORG` where keys and configuration don't belong together.
 */
export function openInstallation(paths: Paths): Installation {
  const config = readConfig(paths.config);
  const keys = openKeyStore(paths.keys);
  const { id } = config.organisation;
  if (keys.org !== id)
    throw new ConfigError(
      "KEYS_OF_ANOTHER_ORG",
      `${paths.keys} holds the keys of ${keys.org}, and ${paths.config} is that of ${id}`,
    );
  return { paths, config, keys, policy: readPolicyFile(config.policyFile) };
}
