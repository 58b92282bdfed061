import type { Command } from "commander";
import { CliProblem } from "../problem.js";
import { type ActOptions, act, acting } from "./act.js";
import type { Api } from "./api.js";
import { ballotLines } from "./ballot.js";
import { digestPrefixOption, INC_HELP, withApi } from "./command.js";
import { planDigestOf, readIncident } from "./find.js";
import { isInteractive, sayYes } from "./question.js";
import { requirementFor, type Voter } from "./requirement.js";
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
    .option("--requirement <id>", "what the vote counts for (default: the only one that is yours to vote on)")
    .option("--comment <text>", "for the record")
    .option("--on-behalf-of <person>", "whose delegate you are")
    .option("--plan <digest>", "only if this is the current plan", digestPrefixOption)
    .option("--yes", "don't ask")
    .action((word: string, options: VoteOptions) =>
      withApi(options, async (api) => {
        const view = await readIncident(api, word);
        const ballot = await ballotOf(api, view, cast, options);
        console.error(ballotLines(view, cast, ballot.requirement, paintFor(process.stderr)).join("\n"));
        if (!options.yes && isInteractive() && !(await sayYes(`${cast} this?`)))
          throw new CliProblem("NOT_SENT", "Nothing was sent.", 1);
        await act(api, options, `/incidents/${view.inc}/votes`, ballot);
      }),
    );

/** The vote's body. `seen` comes from the very answer that is shown to the voter. @throws {CliProblem} */
async function ballotOf(
  api: Api,
  view: IncidentView,
  verdict: Cast,
  { requirement, comment, onBehalfOf, plan }: VoteOptions,
) {
  const digest = planDigestOf(view, plan);
  if (view.gate === null)
    throw new CliProblem("NO_DECISION", "The policy hasn't judged the plan yet: look again in a moment.", 1);
  return {
    verdict,
    plan: digest,
    requirement: requirement ?? requirementFor(view, verdict, (await api.get("/me")) as unknown as Voter),
    comment,
    onBehalfOf,
    seen: { head: view.head, decision: view.gate.decisionDigest },
  };
}
