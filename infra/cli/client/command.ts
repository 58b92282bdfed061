import { Command, InvalidArgumentError } from "commander";
import { orFail } from "../or-fail.js";
import { type Api, openApi } from "./api.js";
import { type ConnectionOptions, connectionOf } from "./connection.js";
import { jsonText } from "./text.js";

export interface ClientOptions extends ConnectionOptions {
  readonly json?: boolean;
}

export const INC_HELP = "INC is an incident's id, the beginning of one (inc_ and at least 6 characters), or `latest`.";
const CONNECTION_HELP =
  "Token: COUNTERSIGN_TOKEN, or a file (--token-file, COUNTERSIGN_TOKEN_FILE); never on the command line.";
export const EXIT_HELP = "Exit codes: 0 done, 1 refused, 2 wrong usage, 3 could not run.";

/** A command that only holds others. */
export function group(name: string, description: string, ...parts: readonly Command[]): Command {
  const command = new Command(name).description(description).exitOverride(exitWithUsage);
  for (const part of parts) command.addCommand(part);
  return command;
}

export interface LeafHelp {
  readonly examples: readonly string[];
  readonly notes?: string;
  readonly exits?: string;
}

/** A command that asks the API. */
export function leaf(name: string, description: string, { examples, notes, exits = EXIT_HELP }: LeafHelp): Command {
  const before = notes === undefined ? "" : `\n${notes}\n`;
  return new Command(name)
    .description(description)
    .option("--url <url>", "the API (default: $COUNTERSIGN_URL, else http://127.0.0.1:8460)")
    .option("--token-file <file>", "file that holds the token")
    .option("--json", "print the API's answer as it is")
    .addHelpText(
      "after",
      `${before}\nExamples:\n${examples.map((line) => `  $ countersign ${line}`).join("\n")}\n\n${CONNECTION_HELP}\n${exits}`,
    )
    .exitOverride(exitWithUsage);
}

/** Help is asked for and exits 0; anything else that the parser ends with is wrong usage. */
function exitWithUsage(error: { readonly exitCode: number }): never {
  process.exit(error.exitCode === 0 ? 0 : 2);
}

/** Runs a command's work with the API; a problem is said on standard error, as JSON where asked, and sets the exit code. */
export const withApi = (options: ClientOptions, work: (api: Api) => Promise<void>): Promise<void> =>
  orFail(options.json, async () => work(openApi(connectionOf(options, process.env))));

/** Standard output holds one document and nothing else with `--json`, and otherwise text for people. */
export function print({ json }: ClientOptions, document: unknown, lines: () => readonly string[]): void {
  console.log(json ? jsonText(document, 2) : lines().join("\n"));
}

export const oneOf =
  <const T extends string>(...values: readonly T[]) =>
  (value: string): T => {
    if ((values as readonly string[]).includes(value)) return value as T;
    throw new InvalidArgumentError(`expected ${values.join(", ")}`);
  };

export const wholeNumber =
  (min: number, max: number) =>
  (value: string): number => {
    const n = Number(value);
    if (/^[0-9]+$/.test(value) && n >= min && n <= max) return n;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  };

export const patternOf =
  (source: RegExp, expected: string) =>
  (value: string): string => {
    if (source.test(value)) return value;
    throw new InvalidArgumentError(`expected ${expected}`);
  };

export const digestOption = patternOf(/^[0-9a-f]{64}$/, "64 hex digits");
/** What a person copies from a screen. */
export const digestPrefixOption = patternOf(/^[0-9a-f]{8,64}$/, "a digest or at least its first 8 hex digits");

/** For an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
