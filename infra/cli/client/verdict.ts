import type { Command } from "commander";
import type { Verdict } from "../../../services/approvals/verdict.js";
import { type ClientOptions, INC_HELP, leaf, print, withApi } from "./command.js";
import { findInc } from "./find.js";
import { missingSentence, nextStepLine, verdictWord } from "./show-gate.js";
import { type Paint, paintFor, short } from "./text.js";

/** Their own numbers: a pipeline must tell "not yet" from "refused" and from "couldn't ask". */
const EXIT_OF = { ready: 0, "needs-approval": 10, blocked: 11 } as const satisfies Record<Verdict["verdict"], number>;

export const verdictCommand = (): Command =>
  leaf("verdict", "what the policy says of the current plan right now; records nothing", {
    notes: INC_HELP,
    examples: ["verdict latest", "verdict inc_4k2v9x --json && ./deploy.sh"],
    exits:
      "Exit codes: 0 ready, 10 needs-approval, 11 blocked; 1 refused, 2 wrong usage, 3 could not run. Only 0 lets anything through.",
  })
    .argument("<INC>")
    .action((word: string, options: ClientOptions) =>
      withApi(options, async (api) => {
        const verdict = (await api.get(`/incidents/${await findInc(api, word)}/verdict`)) as unknown as Verdict;
        print(options, verdict, () => verdictLines(verdict, paintFor(process.stdout)));
        // A verdict that this version doesn't know is none that lets anything through.
        process.exitCode = EXIT_OF[verdict.verdict] ?? EXIT_OF.blocked;
      }),
    );

const verdictLines = (
  { verdict, plan, code, missing, nextStep, validUntil }: Verdict,
  paint: Paint,
): readonly string[] => [
  `${verdictWord(verdict, paint)}${plan === null ? "" : `  plan ${short(plan)}`}${code === null ? "" : `  ${code}`}`,
  ...missing.map((each) => `- missing: ${missingSentence(each)}`),
  nextStepLine({ text: nextStep.text }, paint),
  ...(validUntil === null ? [] : [`holds until ${validUntil}`]),
];
