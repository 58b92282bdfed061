import type { Command } from "commander";
import { CliProblem, usageProblem } from "../problem.js";
import { type ActOptions, act, acting } from "./act.js";
import { ballotLines } from "./ballot.js";
import { digestPrefixOption, INC_HELP, withApi } from "./command.js";
import { planDigestOf, readIncident } from "./find.js";
import { isInteractive, sayYes } from "./question.js";
import { paintFor } from "./text.js";
import type { IncidentView } from "./view.js";

interface VoteOptions extends ActOptions {
  readonly requirement?: string;
  readonly comment?: string;
  readonly onBehalfOf?: string;
  readonly plan?: string;
  readonly yes?: boolean;
}

export type Cast = "approve" | "reject" | "revoke";

const SUMMARY: Readonly<Record<Cast, string>> = {
  approve: "approve the current plan, after showing what it would do",
  reject: "reject the current plan: it blocks until you revoke that",
  revoke: "take your own approval or rejection back",
};

export const voteCommands = (): Command[] => [voteCommand("approve"), voteCommand("reject"), voteCommand("revoke")];

const voteCommand = (cast: Cast): Command =>
  acting(cast, SUMMARY[cast], {
    notes: `${INC_HELP}\nShows on standard error what the vote is about, and asks on a terminal. The vote says which state of the incident you were\nshown; if a plan, a rejection or another classification came since, it is refused and you look again.`,
    examples: [
      `${cast} latest`,
      `${cast} inc_4k2v9x --requirement peer-approval --comment "Looked at the diff" --plan 3fa1c2d4 --yes`,
    ],
  })
    .argument("<INC>")
    .option("--requirement <id>", "what the vote counts for (default: the only open one)")
    .option("--comment <text>", "for the record")
    .option("--on-behalf-of <person>", "whose delegate you are")
    .option("--plan <digest>", "only if this is the current plan", digestPrefixOption)
    .option("--yes", "don't ask")
    .action((word: string, options: VoteOptions) =>
      withApi(options, async (api) => {
        const view = await readIncident(api, word);
        const ballot = ballotOf(view, cast, options);
        console.error(ballotLines(view, cast, ballot.requirement, paintFor(process.stderr)).join("\n"));
        if (!options.yes && isInteractive() && !(await sayYes(`${cast} this?`)))
          throw new CliProblem("NOT_SENT", "Nothing was sent.", 1);
        await act(api, options, `/incidents/${view.inc}/votes`, ballot);
      }),
    );

/** The vote's body. `seen` comes from the very answer that is shown to the voter. @throws {CliProblem} */
export function ballotOf(
  view: IncidentView,
  verdict: Cast,
  { requirement, comment, onBehalfOf, plan: insisted }: Omit<VoteOptions, "wait">,
) {
  const plan = planDigestOf(view, insisted);
  if (view.gate === null)
    throw new CliProblem("NO_DECISION", "The policy hasn't judged the plan yet: look again in a moment.", 1);
  return {
    verdict,
    plan,
    requirement: requirement ?? onlyRequirement(view, verdict),
    comment,
    onBehalfOf,
    seen: { head: view.head, decision: view.gate.decisionDigest },
  };
}

/** What the vote can only be for, where the voter doesn't say: taking one of several would be a guess. @throws {CliProblem} */
function onlyRequirement(view: IncidentView, cast: Cast): string {
  const candidates = cast === "revoke" ? votedOn(view) : openOf(view);
  if (candidates.length === 1) return candidates[0]!;
  if (candidates.length > 1)
    throw usageProblem(
      "REQUIREMENT_NEEDED",
      `Several are possible; say one with --requirement: ${candidates.join(", ")}.`,
    );
  const none =
    cast === "revoke" ? "Nobody has voted on the current plan." : "No approval of the current plan is missing.";
  throw new CliProblem(
    "NO_OPEN_REQUIREMENT",
    cast === "reject" ? `${none} To reject it all the same, say --requirement.` : none,
    1,
  );
}

const openOf = ({ gate }: IncidentView): readonly string[] => [
  ...new Set((gate?.missing ?? []).flatMap((missing) => (missing.kind === "approval" ? [missing.requirement] : []))),
];

const votedOn = ({ approvals, plan }: IncidentView): readonly string[] => [
  ...new Set(
    approvals.votes
      .filter((vote) => vote.plan === plan?.digest && vote.verdict !== "revoke")
      .map(({ requirement }) => requirement),
  ),
];
