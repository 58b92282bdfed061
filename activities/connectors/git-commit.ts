import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { StepOrder } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { withSetting } from "./git-command.js";
import type { GitConfig } from "./git-config.js";
import type { FileState } from "./git-file.js";
import type { Mirror } from "./git-mirror.js";

/** The tree of `parent` with one file's bytes replaced. */
export async function writeTree(
  { dir, git }: Mirror,
  parent: string,
  file: string,
  mode: string,
  content: string,
): Promise<string> {
  const blob = await git.line(["hash-object", "-w", "--stdin"], { input: content });
  const index = join(dir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    await git.must(["read-tree", parent], { env });
    await git.must(["update-index", "--add", "--cacheinfo", `${mode},${blob},${file}`], { env });
    return await git.line(["write-tree"], { env });
  } finally {
    await rm(index, { force: true });
  }
}

/** The same order on the same parent gives the same commit id, on any machine that has the key: nothing else goes in. */
export async function writeCommit(
  mirror: Mirror,
  config: GitConfig,
  order: StepOrder,
  commit: CommitParts,
): Promise<string> {
  const { author, signingKey } = config;
  const date = `@${Math.floor(Date.parse(order.at) / 1_000)} +0000`;
  const env = {
    ...{ GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email, GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: author.name, GIT_COMMITTER_EMAIL: author.email, GIT_COMMITTER_DATE: date },
    ...(signingKey === undefined ? {} : withSetting("user.signingKey", signingKey)),
  };
  const sign = signingKey === undefined ? "--no-gpg-sign" : "-S";
  return mirror.git.line(["commit-tree", sign, commit.tree, "-p", commit.parent], {
    env,
    input: messageOf(order, commit),
  });
}

export interface CommitParts {
  readonly tree: string;
  readonly parent: string;
  readonly file: string;
  readonly marker: string;
}

export const trailerOf = (marker: string): string => `Countersign-Step: ${marker}`;

/** Ids only: a commit message is read by more people than a plan. */
function messageOf({ action, step, inc }: StepOrder, { file, marker }: CommitParts): string {
  return `${action} ${file} (step ${oneLine(step)})\n\nCountersign-Incident: ${oneLine(inc)}\n${trailerOf(marker)}\n`;
}

/** An id with a line feed in it could forge a trailer. */
const oneLine = (id: string): string => id.replace(/[^\w.-]/g, "-");

/** @throws {ConnectorError} where the result would be what is there already. */
export function requireChange(before: FileState, after: string): void {
  if (before.text === after)
    throw new ConnectorError("NOTHING_TO_CHANGE", "the file already says what the step would set");
}
