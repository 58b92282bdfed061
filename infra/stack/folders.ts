import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "./errors.js";

/** Where downloads and builds are kept between clones, each under its version. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "countersign");
}

/** The folder of our package.json, whether this file runs from the sources or from `dist/`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isOurs(join(folder, "package.json"))) {
    if (dirname(folder) === folder)
      throw new ConfigError("NO_PACKAGE_ROOT", "no package.json of countersign above this file");
    folder = dirname(folder);
  }
  return folder;
}

function isOurs(path: string): boolean {
  return existsSync(path) && (JSON.parse(readFileSync(path, "utf8")) as { name?: unknown }).name === "countersign";
}
