import { createHash } from "node:crypto";
import type { StepOrder, StepOutcome } from "../ports.js";
import { excerpt } from "./excerpt.js";
import type { Built } from "./git-build.js";
import type { Change } from "./git-change.js";
import { type GitConfig, publicAddress } from "./git-config.js";

const MAX_CONTENT = 4_000;

/** What was read back: the commit in the branch's history, and the file's bytes in it. */
export function proofOf(
  config: GitConfig,
  order: StepOrder,
  { place }: Change,
  built: Built,
  head: string,
  diff: string,
): StepOutcome {
  const reference = {
    system: "git",
    id: built.commit,
    version: place.branch,
    url: `${publicAddress(config.repo)}#${built.commit}`,
    digest: createHash("sha256").update(built.after, "utf8").digest("hex"),
  };
  const signed = config.signingKey === undefined ? "commit" : "signed commit";
  const since = head === built.commit ? "the head of" : "in the history of";
  return {
    kind: "succeeded",
    proof: {
      reference,
      before: `commit ${built.parent}\n${excerpt(built.before, MAX_CONTENT)}`,
      after: excerpt(built.after, MAX_CONTENT),
      result: `${order.action} ${place.file}: ${signed} ${built.commit} is ${since} ${place.branch}.`,
      excerpt: excerpt(diff, 500),
    },
  };
}
