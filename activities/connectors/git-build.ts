import type { StepOrder } from "../ports.js";
import { ConnectorError } from "./errors.js";
import type { Change } from "./git-change.js";
import { requireChange, writeCommit, writeTree } from "./git-commit.js";
import type { GitConfig } from "./git-config.js";
import { type FileState, readFileAt } from "./git-file.js";
import { findOurs } from "./git-history.js";
import type { Mirror } from "./git-mirror.js";
import { setMembers } from "./json-file.js";
import { markerOf } from "./marker.js";

/** A commit that carries out an order, not pushed. */
export interface Built {
  readonly commit: string;
  readonly parent: string;
  readonly before: string;
  readonly after: string;
}

/** @throws {ConnectorError} where the order can't be carried out on that parent. */
export async function buildCommit(
  mirror: Mirror,
  config: GitConfig,
  order: StepOrder,
  change: Change,
  parent: string,
): Promise<Built> {
  const { file } = change.place;
  const { tree, before, after } = await buildTree(mirror, config, change, parent);
  const marker = markerOf(config.markerSecret, order.idempotencyKey);
  const commit = await writeCommit(mirror, config, order, { tree, parent, file, marker });
  return { commit, parent, before, after };
}

export async function buildTree(mirror: Mirror, config: GitConfig, change: Change, parent: string) {
  const { file } = change.place;
  const before = await readFileAt(mirror.git, parent, file);
  const after =
    change.kind === "set"
      ? setMembers(before.text, change.members)
      : await undone(mirror, config, change, parent, before);
  requireChange(before, after);
  return { before: before.text, after, tree: await writeTree(mirror, parent, file, before.mode, after) };
}

/** The file as it was before the step's commit, and only while it still is what that commit made of it. */
async function undone(
  mirror: Mirror,
  config: GitConfig,
  change: Extract<Change, { kind: "revert" }>,
  parent: string,
  now: FileState,
): Promise<string> {
  if (change.undoes === null) throw new ConnectorError("NOTHING_TO_UNDO", "revert is for the rollback of a step");
  const { file } = change.place;
  const commit = await findOurs(mirror, config, parent, markerOf(config.markerSecret, change.undoes));
  if (commit === null) throw new ConnectorError("NOTHING_TO_UNDO", "the branch holds no commit of that step");
  const [made, was] = [await readFileAt(mirror.git, commit, file), await readFileAt(mirror.git, `${commit}^`, file)];
  if (now.text === made.text || now.text === was.text) return was.text;
  throw new ConnectorError(
    "CHANGED_SINCE",
    `${file} was changed again after commit ${commit}; a person must decide what it should be`,
  );
}
