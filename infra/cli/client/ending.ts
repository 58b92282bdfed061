import type { Command } from "commander";
import { CliProblem, usageProblem } from "../problem.js";
import { type ActOptions, act, acting } from "./act.js";
import { INC_HELP, oneOf, withApi } from "./command.js";
import { findInc, readIncident } from "./find.js";
import type { IncidentView } from "./view.js";

export const endingCommands = (): Command[] => [resolveCommand(), reopenCommand(), closeCommand(), cancelCommand()];

const HOW = ["validated", "waived", "recovered"] as const;
type How = (typeof HOW)[number];
const REASONS = ["false-alarm", "duplicate-of", "merged-into", "drill-aborted"] as const;

interface EndingOptions extends ActOptions {
  readonly reason?: string;
}

const resolveCommand = (): Command =>
  acting("resolve", "resolve the incident", {
    notes: `${INC_HELP}\nHow follows from where the incident stands: validated where the success check passed, waived where it didn't, recovered where nothing\nwas carried out. The last two need --reason and stay visible in the receipt.`,
    examples: ["resolve latest", 'resolve latest --how recovered --reason "The provider mended it"'],
  })
    .argument("<INC>")
    .option("--how <how>", HOW.join(", "), oneOf(...HOW))
    .option("--reason <text>", "why, where the success check didn't pass")
    .action((word: string, options: EndingOptions & { how?: How }) =>
      withApi(options, async (api) => {
        const view = await readIncident(api, word);
        const how = options.how ?? howOf(view);
        if (how !== "validated" && !options.reason)
          throw usageProblem("REASON_NEEDED", `Resolving as ${how} needs --reason.`);
        await act(api, options, `/incidents/${view.inc}/resolve`, { how, reason: options.reason });
      }),
    );

function howOf({ phase, validation, run }: IncidentView): How {
  if (phase === "open" || phase === "planned") return "recovered";
  if (phase === "executing")
    throw new CliProblem(
      "NOT_IN_THIS_PHASE",
      "Steps are being carried out: stop first, or wait until they are done.",
      1,
    );
  return validation === "passed" && !run?.rollingBack ? "validated" : "waived";
}

const reopenCommand = (): Command =>
  acting("reopen", "reopen a resolved incident", {
    notes: INC_HELP,
    examples: ['reopen latest --reason "It is slow again"'],
  })
    .argument("<INC>")
    .requiredOption("--reason <text>", "why")
    .action((word: string, options: EndingOptions) =>
      withApi(options, async (api) =>
        act(api, options, `/incidents/${await findInc(api, word)}/reopen`, { reason: options.reason }),
      ),
    );

const closeCommand = (): Command =>
  acting("close", "close a resolved incident; its receipt becomes final", {
    notes: INC_HELP,
    examples: ['close latest --summary "Release 42 leaked connections"'],
  })
    .argument("<INC>")
    .option("--summary <text>", "what happened, for the record")
    .action((word: string, options: ActOptions & { summary?: string }) =>
      withApi(options, async (api) =>
        act(api, options, `/incidents/${await findInc(api, word)}/close`, { summary: options.summary }),
      ),
    );

interface CancelOptions extends ActOptions {
  readonly reason: (typeof REASONS)[number];
  readonly other?: string;
  readonly comment?: string;
}

const cancelCommand = (): Command =>
  acting("cancel", "cancel an incident that wasn't one", {
    notes: INC_HELP,
    examples: [
      'cancel latest --reason false-alarm --comment "Load test"',
      "cancel inc_4k2v9x --reason duplicate-of --other inc_7m3q1z",
    ],
  })
    .argument("<INC>")
    .requiredOption("--reason <why>", REASONS.join(", "), oneOf(...REASONS))
    .option("--other <INC>", "the incident that this one duplicates or was merged into")
    .option("--comment <text>", "for the record")
    .action((word: string, options: CancelOptions) =>
      withApi(options, async (api) => {
        const { reason: why, comment, other } = options;
        const needsOther = why === "duplicate-of" || why === "merged-into";
        if (needsOther !== (other !== undefined))
          throw usageProblem("OTHER_INCIDENT", needsOther ? `${why} needs --other.` : `${why} takes no --other.`);
        const inc = await findInc(api, word);
        await act(api, options, `/incidents/${inc}/cancel`, {
          why,
          other: other && (await findInc(api, other)),
          reason: comment,
        });
      }),
    );
