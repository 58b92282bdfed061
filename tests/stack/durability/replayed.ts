import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Replay } from "../../../infra/temporal/replay.js";
import { type Recording, writeRecording } from "./recording.js";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Replays a recording file with the workflow code as it is built now. */
export async function replayedFile(file: string): Promise<Replay> {
  const args = ["--import", path("../support/typescript.js"), path("replay-file.ts"), file];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: "" },
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Replay;
}

export async function replayed(recording: Recording): Promise<Replay> {
  const dir = mkdtempSync(join(tmpdir(), "countersign-replay-"));
  try {
    writeRecording(join(dir, "recording.json.gz"), recording);
    return await replayedFile(join(dir, "recording.json.gz"));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
