import { Command } from "commander";
import type { Json } from "../../../incidents/canonical.js";
import { readYaml } from "../../config/yaml.js";
import { usageProblem } from "../problem.js";
import { type ActOptions, act, acting } from "./act.js";
import { digestPrefixOption, group, INC_HELP, withApi } from "./command.js";
import { readText } from "./files.js";
import { findInc, planDigestOf, readIncident } from "./find.js";
import { PLAN_EXAMPLE } from "./plan-example.js";

export const planCommand = (): Command =>
  group("plan", "propose and withdraw plans", proposeCommand(), withdrawCommand(), exampleCommand());

const proposeCommand = (): Command =>
  acting("propose", "propose a plan from a file; the gate judges it at once", {
    notes: `${INC_HELP}\n\`countersign plan example\` prints a plan with every field explained.`,
    examples: [
      "plan example > plan.yaml",
      "plan propose latest --file plan.yaml",
      "plan propose inc_4k2v9x --file - < plan.json",
    ],
  })
    .argument("<INC>")
    .requiredOption("--file <file>", "YAML or JSON; - is standard input")
    .action((word: string, options: ActOptions & { file: string }) =>
      withApi(options, async (api) => {
        const plan = await readPlan(options.file);
        await act(api, options, `/incidents/${await findInc(api, word)}/plan`, plan);
      }),
    );

/** Strict YAML, of which JSON is a part: what a person reads there is what is meant. @throws {CliProblem} PLAN_UNREADABLE, FILE_UNREADABLE */
export async function readPlan(file: string): Promise<{ readonly [key: string]: Json }> {
  const { json, problems } = readYaml(await readText(file));
  const [first] = problems;
  if (first)
    throw usageProblem("PLAN_UNREADABLE", `${file}, line ${first.line}, column ${first.column}: ${first.message}`);
  if (typeof json === "object" && json !== null && !Array.isArray(json))
    return json as { readonly [key: string]: Json };
  throw usageProblem(
    "PLAN_UNREADABLE",
    `${file} holds no plan: expected members such as title, request, risk and steps.`,
  );
}

const withdrawCommand = (): Command =>
  acting("withdraw", "withdraw the current plan", {
    notes: INC_HELP,
    examples: ['plan withdraw latest --reason "The cause is another one"'],
  })
    .argument("<INC>")
    .option("--reason <text>", "why")
    .option("--plan <digest>", "only if this is the current plan", digestPrefixOption)
    .action((word: string, options: ActOptions & { reason?: string; plan?: string }) =>
      withApi(options, async (api) => {
        const view = await readIncident(api, word);
        await act(api, options, `/incidents/${view.inc}/plan/withdraw`, {
          plan: planDigestOf(view, options.plan),
          reason: options.reason,
        });
      }),
    );

const exampleCommand = (): Command =>
  new Command("example")
    .description("print a plan with every field, to be edited")
    .addHelpText("after", "\nExamples:\n  $ countersign plan example > plan.yaml")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(() => void process.stdout.write(PLAN_EXAMPLE));
