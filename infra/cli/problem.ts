import { ConfigError } from "../config-error.js";
import { reasonOf } from "../stack/errors.js";

/** 1: answered with no; 2: asked wrongly; 3: couldn't run, or the outcome isn't known. */
export type ExitCode = 1 | 2 | 3;

/** Why a command ended without doing what it was asked. */
export class CliProblem extends Error {
  override readonly name = "CliProblem";

  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode,
    /** What `--json` prints: the API's own answer, where it was the API that said no. */
    readonly answer?: unknown,
  ) {
    super(message);
  }
}

export const usageProblem = (code: string, message: string): CliProblem => new CliProblem(code, message, 2);

/** What the process ends with. An error that nobody foresaw says nothing about the outcome: 3. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof CliProblem ? error.exitCode : 3;
}

/** One line for standard error: the stable code, then the sentence. */
export const explain = (error: unknown): string => `${codeOf(error)}: ${reasonOf(error)}`;

/** One document for `--json`. */
export const problemJson = (error: unknown): unknown =>
  error instanceof CliProblem && error.answer !== undefined
    ? error.answer
    : { error: { code: codeOf(error), message: reasonOf(error) } };

function codeOf(error: unknown): string {
  if (error instanceof CliProblem || error instanceof ConfigError) return error.code;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : "FAILED";
}
