import { join } from "node:path";
import { ConfigError, reasonOf } from "./errors.js";
import { cacheFolder } from "./folders.js";
import type { Progress } from "./health.js";
import { findOnPath, isProgram } from "./programs.js";
import { buildTemporal } from "./temporal-build.js";
import { downloadedBinary, downloadTemporal } from "./temporal-download.js";

/** The CLI that infra/temporal-dev/go.mod builds; a test holds the two together. */
export const TEMPORAL_CLI_VERSION = "1.8.2";

export interface TemporalBinary {
  readonly file: string;
  readonly source: string;
}

/** The ways to a Temporal CLI, injectable. Each but `build` and `download` only looks; null means "not this way". */
export interface TemporalWays {
  onPath(): string | null;
  cached(): string | null;
  /** Throws when the download is refused. */
  download(): Promise<string>;
  /** Null where Go is missing. */
  build(): Promise<string> | null;
}

/** PATH, cache, official download, build: the first that works. A refused download falls through at once. */
export async function findTemporalBinary(ways: TemporalWays, progress: Progress): Promise<TemporalBinary> {
  const onPath = ways.onPath();
  if (onPath !== null) return { file: onPath, source: "temporal on PATH" };
  const cached = ways.cached();
  if (cached !== null) return { file: cached, source: "cached binary" };
  const downloaded = await ways.download().catch((error) => tellRefused(error, progress));
  if (downloaded !== null) return { file: downloaded, source: "official download" };
  const built = ways.build();
  if (built !== null) return { file: await built, source: "built from infra/temporal-dev" };
  throw new ConfigError(
    "TEMPORAL_MISSING",
    "no Temporal server to be had: set TEMPORAL_ADDRESS, put `temporal` on PATH (https://docs.temporal.io/cli), allow the download " +
      "from temporal.download, or install Go so that it can be built",
  );
}

export function temporalWays(env: NodeJS.ProcessEnv, progress: Progress): TemporalWays {
  const cache = cacheFolder(env);
  const builtFile = join(cache, `temporal-${TEMPORAL_CLI_VERSION}`, "temporal");
  return {
    onPath: () => findOnPath("temporal", env),
    cached: () => [builtFile, downloadedBinary(cache)].find(isProgram) ?? null,
    download: () => downloadTemporal({ cache, env, progress }),
    build: () => {
      const go = findOnPath("go", env) ?? ["/usr/local/go/bin/go"].find(isProgram);
      return go === undefined ? null : buildTemporal({ go, into: builtFile, env, progress });
    },
  };
}

function tellRefused(error: unknown, progress: Progress): null {
  progress(`temporal: the official download isn't to be had here (${reasonOf(error)})`);
  return null;
}
