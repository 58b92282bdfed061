import type { Connector, StepOrder, StepOutcome } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { excerpt } from "./excerpt.js";
import { type Built, buildCommit, buildTree } from "./git-build.js";
import { type Change, parseChange } from "./git-change.js";
import { GitFailed } from "./git-command.js";
import { type GitConfig, placesOf } from "./git-config.js";
import { findMarked, parentsOf } from "./git-history.js";
import { createMirrorUse, type Mirror } from "./git-mirror.js";
import { proofOf } from "./git-proof.js";
import { notFastForward, outcomeWithoutTrace, push } from "./git-push.js";
import { markerOf } from "./marker.js";
import { attempt, failureOf, refusalOf, unknown, unknownOf } from "./outcome.js";

type Asked = Pick<StepOrder, "action" | "targets" | "params">;

const MAX_DIFF = 20_000;

/**
 * A change to an environment's configuration in Git, as one signed commit. Idempotency class A: the commit id follows from the order
 * and the parent alone, so that a retry makes the same commit and finds it in the branch.
 *
 * Actions: `set` with `{set: {key: scalar…}, expect?: {commit}}` sets members of the target's JSON file; `revert`, for rollbacks,
 * restores the file as it was before the step's commit. With `expect`, a branch that has moved since voids the approvals.
 *
 * @throws {ConnectorError} `CONNECTOR_CONFIG` at once where the configuration is wrong.
 */
export function gitConnector(config: GitConfig): Connector {
  const places = placesOf(config);
  const use = createMirrorUse(config);
  const withChange = <T, R>(
    order: Asked,
    work: (mirror: Mirror, change: Change) => Promise<T>,
    otherwise: (error: unknown) => R,
  ) =>
    attempt(() => {
      const change = parseChange(places, order);
      return use((mirror) => work(mirror, change));
    }, otherwise);
  return {
    name: config.name ?? "git",
    actions: ["set", "revert"],
    sandbox: config.sandbox ?? false,
    precheck: async (order) => attempt(() => ({ targets: parseChange(places, order).place.sharedBy }), refusalOf),
    execute: (order) => withChange(order, (mirror, change) => carryOut(mirror, config, order, change), failureOf),
    confirm: (order) => withChange(order, (mirror, change) => readBack(mirror, config, order, change), unknownOf),
    diff: (order) =>
      withChange(
        order,
        (mirror, change) => diffOf(mirror, config, change),
        () => null,
      ),
  };
}

async function carryOut(mirror: Mirror, config: GitConfig, order: StepOrder, change: Change): Promise<StepOutcome> {
  const { branch } = change.place;
  const head = await mirror.fetch(branch);
  const earlier = await trace(mirror, config, order, change, head);
  if (earlier !== null) return earlier;
  if (change.kind === "set" && change.base !== null && change.base !== head) return notFastForward(order, branch);
  const built = await buildCommit(mirror, config, order, change, head);
  const answer = await push(mirror, config, built.commit, branch);
  // From here on nothing is a plain failure until the server has been read again: the push may have worked though it looked lost.
  return attempt(async () => {
    const now = await mirror.fetch(branch);
    return (
      (await trace(mirror, config, order, change, now)) ??
      outcomeWithoutTrace(answer, config, order, branch, now !== head)
    );
  }, unknownOf);
}

async function readBack(
  mirror: Mirror,
  config: GitConfig,
  order: StepOrder,
  change: Change,
): Promise<StepOutcome | null> {
  return trace(mirror, config, order, change, await mirror.fetch(change.place.branch));
}

/**
 * Looks for the order's commit in the history of `head`. A marker is public once it is pushed, so a hit counts only where making the
 * commit again on its parent gives the same id: then account, dates, signature, target and content are all ours.
 */
async function trace(
  mirror: Mirror,
  config: GitConfig,
  order: StepOrder,
  change: Change,
  head: string,
): Promise<StepOutcome | null> {
  const marked = await findMarked(mirror, head, markerOf(config.markerSecret, order.idempotencyKey));
  if (marked.length === 0) return null;
  for (const commit of marked) {
    const built = await rebuild(mirror, config, order, change, commit);
    if (built?.commit === commit)
      return proofOf(
        config,
        order,
        change,
        built,
        head,
        await diffBetween(mirror, built.parent, commit, change.place.file),
      );
  }
  return unknown(
    "MARKER_NOT_OURS",
    `commit ${marked[0]} bears this step's marker but isn't the commit that we would have made`,
  );
}

async function rebuild(
  mirror: Mirror,
  config: GitConfig,
  order: StepOrder,
  change: Change,
  commit: string,
): Promise<Built | null> {
  const [parent, ...others] = await parentsOf(mirror, commit);
  if (parent === undefined || others.length > 0) return null;
  return attempt(() => buildCommit(mirror, config, order, change, parent), nullWhereRefused);
}

function nullWhereRefused(error: unknown): null {
  if (error instanceof ConnectorError && !(error instanceof GitFailed)) return null;
  throw error;
}

/** For people, on the head as it is now. */
async function diffOf(mirror: Mirror, config: GitConfig, change: Change): Promise<string> {
  const head = await mirror.fetch(change.place.branch);
  const { tree } = await buildTree(mirror, config, change, head);
  return excerpt(await diffBetween(mirror, head, tree, change.place.file), MAX_DIFF);
}

async function diffBetween({ git }: Mirror, from: string, to: string, file: string): Promise<string> {
  const plain = ["--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/"];
  return (await git.must(["diff-tree", "-p", ...plain, from, to, "--", file])).toString("utf8");
}
