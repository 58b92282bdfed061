import type { Command } from "commander";
import { usageProblem } from "../problem.js";
import { type ActOptions, act, acting } from "./act.js";
import { INC_HELP, patternOf, wholeNumber, withApi } from "./command.js";
import { readText } from "./files.js";
import { findInc } from "./find.js";

export const responderCommands = (): Command[] => [
  simple(
    "own",
    "take ownership, or give it to somebody",
    ["own latest", "own latest --to bo"],
    (options: ActOptions & { to?: string }) => ["owner", { owner: options.to }],
  ).option("--to <person>", "id or account (default: you)"),
  simple("ack", "acknowledge: somebody is on it", ["ack latest"], () => ["acknowledge", {}]),
  simple("join", "join as a responder", ["join latest"], () => ["join", {}]),
  simple("leave", "leave the incident", ["leave latest"], () => ["leave", {}]),
  classifyCommand(),
  noteCommand(),
];

/** A command that needs nothing but the incident. */
const simple = <O extends ActOptions>(
  name: string,
  description: string,
  examples: readonly string[],
  ask: (options: O) => readonly [path: string, body: object],
): Command =>
  acting(name, description, { notes: INC_HELP, examples })
    .argument("<INC>")
    .action((word: string, options: O) =>
      withApi(options, async (api) => {
        const [path, body] = ask(options);
        await act(api, options, `/incidents/${await findInc(api, word)}/${path}`, body);
      }),
    );

type ClassifyOptions = ActOptions & { readonly class: string; readonly severity: number; readonly reason: string };

function classifyCommand(): Command {
  const body = ({ class: class_, severity, reason }: ClassifyOptions) =>
    ["classification", { class: class_, severity, reason }] as const;
  return simple(
    "classify",
    "change class and severity, with a reason",
    ['classify latest --class availability --severity 2 --reason "One region only"'],
    body,
  )
    .requiredOption(
      "--class <name>",
      "kind of incident",
      patternOf(/^[a-z0-9][a-z0-9-]{0,39}$/, "lowercase letters, digits and dashes"),
    )
    .requiredOption("--severity <1-5>", "1 is the worst", wholeNumber(1, 5))
    .requiredOption("--reason <text>", "why");
}

const noteCommand = (): Command =>
  acting("note", "add a note to the record", {
    notes: `${INC_HELP}\nTEXT - reads the note from standard input.`,
    examples: ['note latest "Traffic is back to normal"', "note latest - < findings.md"],
  })
    .argument("<INC>")
    .argument("<TEXT>")
    .action((word: string, text: string, options: ActOptions) =>
      withApi(options, async (api) => {
        const note = (text === "-" ? await readText("-") : text).trim();
        if (note === "") throw usageProblem("NOTE_EMPTY", "The note has no text.");
        await act(api, options, `/incidents/${await findInc(api, word)}/notes`, { text: note });
      }),
    );
