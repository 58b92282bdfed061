import type { StepOrder, StepOutcome } from "../ports.js";
import { excerpt } from "./excerpt.js";
import type { GitAnswer } from "./git-command.js";
import { type GitConfig, publicAddress } from "./git-config.js";
import { DEFAULT_TIMEOUT_MS, type Mirror } from "./git-mirror.js";
import { failed, unknown } from "./outcome.js";

/** One plain push: the server takes it as a fast-forward or not at all. */
export function push({ git }: Mirror, config: GitConfig, commit: string, branch: string): Promise<GitAnswer> {
  const args = [
    "push",
    "--porcelain",
    "--no-verify",
    "--no-follow-tags",
    "--recurse-submodules=no",
    "--",
    config.repo,
    `${commit}:refs/heads/${branch}`,
  ];
  return git.ask(args, { timeoutMs: config.timeoutMs ?? DEFAULT_TIMEOUT_MS });
}

/** What a push that left no trace means: only the server's own refusal proves that it won't take effect after all. */
export function outcomeWithoutTrace(
  answer: GitAnswer,
  config: GitConfig,
  order: StepOrder,
  branch: string,
  headMoved: boolean,
): StepOutcome {
  const refusal = answer.stdout
    .toString("utf8")
    .split("\n")
    .find((line) => line.startsWith("!\t"));
  if (refusal !== undefined && (headMoved || isNotFastForward(refusal))) return notFastForward(order, branch);
  if (refusal !== undefined)
    return failed("REFUSED_BY_SERVER", wordsOf(answer, config) || `the server refused: ${refusal.split("\t")[2]}`);
  if (isDenied(answer)) return failed("REFUSED_BY_SERVER", wordsOf(answer, config));
  return unknown(
    "NO_ANSWER",
    `the push got no answer, and ${branch} doesn't show it (yet): ${wordsOf(answer, config)}`,
  );
}

/** A rollback waits for no approval, so there is none to void. */
export const notFastForward = ({ rollback }: StepOrder, branch: string): StepOutcome =>
  failed("NON_FAST_FORWARD", `${branch} has moved on since: what was approved isn't what would run`, !rollback);

const isNotFastForward = (line: string): boolean =>
  /\[(?:remote )?rejected\] \((?:non-fast-forward|fetch first|needs force|.*expected [0-9a-f]{40})/.test(line);

/** Refused before anything was sent. A push that was cut off says otherwise. */
const isDenied = ({ exitCode, stderr }: GitAnswer): boolean =>
  exitCode !== null &&
  /The requested URL returned error: 40[13]|Permission (?:to .* )?denied|Authentication failed/i.test(stderr);

/** The hook's own words where it said any. */
function wordsOf({ stderr, exitCode }: GitAnswer, config: GitConfig): string {
  if (exitCode === null) return "no answer in time";
  const lines = stderr.replaceAll(config.repo, publicAddress(config.repo)).split("\n");
  const remote = lines.filter((line) => line.startsWith("remote:")).map((line) => line.slice("remote:".length).trim());
  return excerpt((remote.length > 0 ? remote : lines).join("\n").trim(), 500);
}
