import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConnectorError } from "./errors.js";
import { excerpt } from "./excerpt.js";
import { type Git, GitFailed, gitIn } from "./git-command.js";
import { type GitConfig, publicAddress } from "./git-config.js";
import { allowedSigner } from "./git-signer.js";

/** A local copy of the repository, for reading back and for making commits. */
export interface Mirror {
  readonly dir: string;
  readonly git: Git;
  /** The branch's head on the server now, and all of its history here. @throws {ConnectorError} `UNREACHABLE`, `BRANCH_MISSING` */
  fetch(branch: string): Promise<string>;
}

export const ALLOWED_SIGNERS = "allowed_signers";
export const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Runs pieces of work on the mirror one after another. It is made at first use, belongs to this connector alone, and is made anew
 * after a fault: a git that was killed may leave locks behind, and there is nothing in it that the server doesn't have.
 */
export function createMirrorUse(config: GitConfig): <T>(work: (mirror: Mirror) => Promise<T>) => Promise<T> {
  let opened: Mirror | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  const use = async <T>(work: (mirror: Mirror) => Promise<T>): Promise<T> => {
    const mirror = (opened ??= await openMirror(config));
    try {
      return await work(mirror);
    } catch (error) {
      if (isFault(error)) opened = await discard(mirror);
      throw error;
    }
  };
  return (work) => {
    const done = turn.then(() => use(work));
    turn = done.catch(() => {});
    return done;
  };
}

/** A refusal of what the branch holds is no fault of the mirror. */
const isFault = (error: unknown): boolean =>
  !(error instanceof ConnectorError) || error instanceof GitFailed || error.code === "UNREACHABLE";

const ours = new Set<string>();

async function openMirror(config: GitConfig): Promise<Mirror> {
  await mkdir(config.workDir, { recursive: true, mode: 0o700 });
  await removeOrphans(config.workDir);
  const dir = await mkdtemp(join(config.workDir, `mirror-${process.pid}-`));
  ours.add(dir);
  const git = gitIn(dir);
  await git.must(["init", "--quiet", "--bare", "--template=", "--object-format=sha1"]);
  if (config.signingKey !== undefined)
    await writeFile(join(dir, ALLOWED_SIGNERS), await allowedSigner(config.signingKey, config.author.email));
  return { dir, git, fetch: (branch) => fetchHead(git, config, branch) };
}

async function discard({ dir }: Mirror): Promise<null> {
  await rm(dir, { recursive: true, force: true });
  ours.delete(dir);
  return null;
}

/** Mirrors of processes that were killed; a process's id is in the folder's name. */
async function removeOrphans(workDir: string): Promise<void> {
  for (const name of await readdir(workDir)) {
    const pid = Number(/^mirror-(\d+)-/.exec(name)?.[1]);
    const dir = join(workDir, name);
    const orphaned = pid === process.pid ? !ours.has(dir) : pid > 0 && !isAlive(pid);
    if (orphaned) await rm(dir, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

async function fetchHead(git: Git, config: GitConfig, branch: string): Promise<string> {
  const refspec = `+refs/heads/${branch}:refs/heads/${branch}`;
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--",
    config.repo,
    refspec,
  ];
  const { exitCode, stderr } = await git.ask(args, { timeoutMs: config.timeoutMs ?? DEFAULT_TIMEOUT_MS });
  if (exitCode === 0) return git.line(["rev-parse", "--verify", `refs/heads/${branch}^{commit}`]);
  const words =
    exitCode === null
      ? "it didn't answer in time"
      : excerpt(stderr.replaceAll(config.repo, publicAddress(config.repo)).trim(), 300);
  if (/couldn't find remote ref/.test(stderr))
    throw new ConnectorError("BRANCH_MISSING", `the repository has no branch ${branch}`);
  throw new ConnectorError("UNREACHABLE", `the git server can't be read: ${words}`);
}
