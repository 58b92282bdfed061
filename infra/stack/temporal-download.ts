import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { packageRoot } from "./folders.js";
import type { Progress } from "./health.js";
import { run } from "./programs.js";

export interface TemporalDownload {
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Base address; the official one unless told. */
  readonly base?: string;
}

interface ArchiveInfo {
  readonly archiveUrl: string;
  readonly fileToExtract: string;
}

/** Where a downloaded CLI is kept: it is "the one that fits this SDK", so it goes by the SDK's version. */
export function downloadedBinary(cache: string): string {
  return join(cache, `temporal-for-sdk-${sdkVersion()}`, "temporal");
}

/**
 * The CLI that `@temporalio/testing` would download for our SDK version, asked for in the same way: an address that names the archive,
 * then the archive. Done here because that package starts its server as a child that dies with us. Throws when it is refused; 10 s
 * for the first answer, 5 minutes for the archive.
 */
export async function downloadTemporal(download: TemporalDownload): Promise<string> {
  const file = downloadedBinary(download.cache);
  const info = await archiveInfo(download.base ?? "https://temporal.download");
  mkdirSync(dirname(file), { recursive: true });
  const draft = mkdtempSync(`${dirname(file)}.download-`);
  try {
    download.progress(`temporal: downloading ${info.archiveUrl}`);
    renameSync(await fetchBinary(info, draft, download.env), file);
    return file;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function archiveInfo(base: string): Promise<ArchiveInfo> {
  const query = new URLSearchParams({
    arch: process.arch === "x64" ? "amd64" : process.arch,
    platform: process.platform === "win32" ? "windows" : process.platform,
    format: "tar.gz",
    "sdk-name": "sdk-typescript",
    "sdk-version": sdkVersion(),
  });
  const answer = await fetch(`${base}/cli/default?${query}`, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${base} answered ${answer.status}`);
  return parseArchiveInfo(await answer.json(), base);
}

function parseArchiveInfo(value: unknown, base: string): ArchiveInfo {
  const { archiveUrl, fileToExtract } = (value ?? {}) as Partial<Record<keyof ArchiveInfo, unknown>>;
  if (typeof archiveUrl !== "string" || typeof fileToExtract !== "string") throw new Error(`${base} named no archive`);
  const outside = isAbsolute(fileToExtract) || fileToExtract.split("/").includes("..");
  if (outside) throw new Error(`${base} names a file outside its archive`);
  const protocolKept = new URL(archiveUrl).protocol === new URL(base).protocol;
  if (!protocolKept) throw new Error(`${base} names an archive over another protocol`);
  return { archiveUrl, fileToExtract };
}

/** Runs once before it is trusted to be a program for this machine. */
async function fetchBinary(info: ArchiveInfo, draft: string, env: NodeJS.ProcessEnv): Promise<string> {
  const answer = await fetch(info.archiveUrl, { signal: AbortSignal.timeout(300_000) });
  if (!answer.ok || answer.body === null) throw new Error(`${info.archiveUrl} answered ${answer.status}`);
  const archive = join(draft, "archive.tar.gz");
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(archive));
  await run("tar", ["-xzf", archive, "-C", draft, "--", info.fileToExtract], { env });
  const binary = join(draft, info.fileToExtract);
  chmodSync(binary, 0o755);
  await run(binary, ["--version"], { env, timeoutMs: 20_000 });
  return binary;
}

function sdkVersion(): string {
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  return dependencies["@temporalio/client"];
}
