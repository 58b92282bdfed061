import { basename } from "node:path";
import type { Command } from "commander";
import { usageProblem } from "../problem.js";
import { type ActOptions, act, acting } from "./act.js";
import { digestOption, group, INC_HELP, patternOf, withApi } from "./command.js";
import { sha256Of } from "./files.js";
import { eidOf, findInc, planDigestOf, readIncident } from "./find.js";

export const evidenceCommand = (): Command =>
  group("evidence", "attach evidence by reference and digest; verify somebody else's", addCommand(), verifyCommand());

interface AddOptions extends ActOptions {
  readonly type: string;
  readonly file?: string;
  readonly digest?: string;
  readonly reference?: string;
  readonly excerpt?: string;
  readonly forPlan?: boolean;
}

const addCommand = (): Command =>
  acting("add", "attach evidence", {
    notes: `${INC_HELP}\nThe file stays where it is: its SHA-256 and the reference are sent, never its content.`,
    examples: [
      "evidence add latest --type impact-statement --file impact.md",
      "evidence add latest --type metric --digest $(sha256sum < graph.json | cut -c-64) --reference https://grafana.example.com/d/1 --for-plan",
    ],
  })
    .argument("<INC>")
    .requiredOption(
      "--type <name>",
      "what the policy calls it",
      patternOf(/^[a-z0-9][a-z0-9-]{0,39}$/, "lowercase letters, digits and dashes"),
    )
    .option("--file <file>", "the evidence; its digest is taken here")
    .option("--digest <hex>", "or its SHA-256, where the file isn't here", digestOption)
    .option("--reference <url>", "where it stands (default: the file's name)")
    .option("--excerpt <text>", "the part that a reader needs")
    .option("--for-plan", "it supports the current plan (default: it is about the incident)")
    .action((word: string, options: AddOptions) =>
      withApi(options, async (api) => {
        const source = await sourceOf(options);
        const plan = options.forPlan ? planDigestOf(await readIncident(api, word)) : undefined;
        await act(api, options, `/incidents/${await findInc(api, word)}/evidence`, {
          type: options.type,
          ...source,
          excerpt: options.excerpt,
          plan,
        });
      }),
    );

/** @throws {CliProblem} */
async function sourceOf({
  file,
  digest,
  reference,
}: AddOptions): Promise<{ readonly digest: string; readonly reference: string }> {
  if ((file === undefined) === (digest === undefined))
    throw usageProblem("EVIDENCE_SOURCE", "Give either --file or --digest.");
  if (file !== undefined) return { digest: await sha256Of(file), reference: reference ?? `file:${basename(file)}` };
  if (reference !== undefined) return { digest: digest!, reference };
  throw usageProblem(
    "REFERENCE_NEEDED",
    "A digest alone can't be found again: say with --reference where the evidence stands.",
  );
}

const verifyCommand = (): Command =>
  acting("verify", "say that somebody else's evidence is what it claims to be", {
    notes: `${INC_HELP}\nEID is the id of the evidence, or at least its first 4 digits, as \`incident show\` prints them.`,
    examples: ['evidence verify latest 3fa1c2d4 --comment "Same graph in Grafana"'],
  })
    .argument("<INC>")
    .argument("<EID>")
    .option("--comment <text>", "what you compared")
    .action((word: string, eid: string, options: ActOptions & { comment?: string }) =>
      withApi(options, async (api) => {
        const { inc, evidence } = await readIncident(api, word);
        const item = eidOf("evidence", evidence.have, eid);
        await act(api, options, `/incidents/${inc}/evidence/${item}/verification`, { comment: options.comment });
      }),
    );
