import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageRoot } from "./folders.js";
import type { Progress } from "./health.js";
import { withLock } from "./lock.js";
import { isProgram, run } from "./programs.js";

export interface TemporalBuild {
  readonly go: string;
  /** Where the binary goes; renamed into place, so that a broken build leaves nothing that looks like one. */
  readonly into: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Folder of go.mod and go.sum. */
  readonly module?: string;
  readonly tellEveryMs?: number;
}

const COMMAND = "github.com/temporalio/cli/cmd/temporal";

/** Builds the dev server from the pinned module: about five minutes on two cores the first time, seconds from Go's own cache. */
export async function buildTemporal(build: TemporalBuild): Promise<string> {
  const waiting = (pid: number) => build.progress(`temporal: another build (pid ${pid}) is under way, waiting for it`);
  return withLock(`${dirname(build.into)}.lock`, waiting, async () => {
    if (!isProgram(build.into)) await compile(build);
    return build.into;
  });
}

async function compile(build: TemporalBuild): Promise<void> {
  mkdirSync(dirname(build.into), { recursive: true });
  const draft = mkdtempSync(`${dirname(build.into)}.build-`);
  const stopTelling = tellBuilding(build);
  try {
    const cwd = build.module ?? join(packageRoot(), "infra", "temporal-dev");
    const args = ["build", "-ldflags=-s -w", "-o", join(draft, "temporal"), COMMAND];
    await run(build.go, args, { cwd, env: { ...build.env, CGO_ENABLED: "0" } });
    renameSync(join(draft, "temporal"), build.into);
  } finally {
    stopTelling();
    rmSync(draft, { recursive: true, force: true });
  }
}

function tellBuilding({ progress, tellEveryMs = 10_000 }: TemporalBuild): () => void {
  const startedMs = Date.now();
  progress("temporal: building the dev server from source with Go, about 5 minutes, once");
  const timer = setInterval(() => {
    progress(`temporal: still building from source, ${Math.round((Date.now() - startedMs) / 1000)} s of about 300 s`);
  }, tellEveryMs);
  return () => clearInterval(timer);
}
