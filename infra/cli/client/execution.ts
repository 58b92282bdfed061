import type { Command } from "commander";
import { type ActOptions, act, acting } from "./act.js";
import { digestPrefixOption, INC_HELP, oneOf, withApi } from "./command.js";
import { sha256Of } from "./files.js";
import { planDigestOf, readIncident } from "./find.js";

export const executionCommands = (): Command[] => [
  ofPlan("start", "start the execution of the current plan; only its executor may", ["start latest"]),
  withReason("stop", "stop after the step in flight; any responder may", ['stop latest --reason "Wrong region"']),
  withReason("rollback", "begin the plan's rollback", ['rollback latest --reason "Error rate rises"']),
  confirmCommand(),
  validateCommand(),
];

interface PlanOptions extends ActOptions {
  readonly plan?: string;
  readonly reason?: string;
}

/** The current plan's digest goes with the command, so that one which came meanwhile isn't hit. */
const ofPlan = (name: string, description: string, examples: readonly string[]): Command =>
  planned(name, description, examples).action((word: string, options: PlanOptions) =>
    submit(name, word, options, { reason: options.reason }),
  );

const withReason = (name: string, description: string, examples: readonly string[]): Command =>
  ofPlan(name, description, examples).option("--reason <text>", "why, for the record");

const planned = (name: string, description: string, examples: readonly string[]): Command =>
  acting(name, description, { notes: INC_HELP, examples })
    .argument("<INC>")
    .option("--plan <digest>", "only if this is the current plan", digestPrefixOption);

const submit = (path: string, word: string, options: PlanOptions, body: object): Promise<void> =>
  withApi(options, async (api) => {
    const view = await readIncident(api, word);
    await act(api, options, `/incidents/${view.inc}/${path}`, { plan: planDigestOf(view, options.plan), ...body });
  });

interface ConfirmOptions extends PlanOptions {
  readonly step: string;
  readonly outcome: string;
  readonly comment?: string;
  readonly reference?: string;
  readonly file?: string;
}

const confirmCommand = (): Command =>
  planned("confirm", "say how a step that was done by hand, or one of unknown outcome, ended", [
    "confirm latest --step restart-workers --outcome done --file restart.log",
    'confirm latest --step route-back --outcome not-done --comment "The branch has no such commit"',
  ])
    .requiredOption("--step <id>", "the step in flight")
    .requiredOption("--outcome <how>", "done, not-done or failed", oneOf("done", "not-done", "failed"))
    .option("--comment <text>", "what you saw")
    .option("--reference <url>", "where the evidence of it stands")
    .option("--file <file>", "the evidence; its SHA-256 is sent, never its content")
    .action(async (word: string, options: ConfirmOptions) => {
      const { step, outcome, comment, reference, file } = options;
      await withApi(options, async (api) => {
        const digest = file === undefined ? undefined : await sha256Of(file);
        const view = await readIncident(api, word);
        await act(api, options, `/incidents/${view.inc}/confirmations`, {
          plan: planDigestOf(view, options.plan),
          step,
          outcome,
          comment,
          reference,
          digest,
        });
      });
    });

const validateCommand = (): Command =>
  planned("validate", "record whether the plan worked", [
    'validate latest --outcome passed --reason "p95 at 310 ms for 5 minutes"',
  ])
    .requiredOption("--outcome <how>", "passed, failed or waived", oneOf("passed", "failed", "waived"))
    .requiredOption("--reason <text>", "what you saw, or why it is waived")
    .action((word: string, options: PlanOptions & { outcome: string }) =>
      submit("validation", word, options, { outcome: options.outcome, reason: options.reason }),
    );
