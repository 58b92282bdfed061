import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export const CONFIG_FILE = "countersign.yaml";
const FOLDER = ".countersign";

/** Where an installation keeps its things. All paths are absolute. */
export interface Paths {
  readonly home: string;
  readonly config: string;
  readonly keys: string;
  readonly trust: string;
  /** The embedded store and the local stack. */
  readonly data: string;
}

export function pathsIn(home: string): Paths {
  const folder = resolve(home);
  return {
    home: folder,
    config: join(folder, CONFIG_FILE),
    keys: join(folder, "keys"),
    trust: join(folder, "trust.json"),
    data: join(folder, "data"),
  };
}

/**
 * COUNTERSIGN_HOME; else the nearest folder, from `cwd` upwards, that holds `countersign.yaml` itself or in `.countersign`; else
 * `.countersign` in `cwd`, where `init` will make it.
 */
export function findPaths(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): Paths {
  if (env.COUNTERSIGN_HOME) return pathsIn(resolve(cwd, env.COUNTERSIGN_HOME));
  return pathsIn(nearestHome(resolve(cwd)) ?? join(cwd, FOLDER));
}

function nearestHome(folder: string): string | undefined {
  const home = [folder, join(folder, FOLDER)].find((place) => existsSync(join(place, CONFIG_FILE)));
  if (home !== undefined) return home;
  return dirname(folder) === folder ? undefined : nearestHome(dirname(folder));
}
