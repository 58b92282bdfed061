import { ConfigError } from "../config-error.js";
import { jsonText, paintFor } from "./client/text.js";
import { exitCodeOf, explain, problemJson } from "./problem.js";

/** Runs a command's work; a failure is said on standard error, and as JSON where asked, and sets the exit code. */
export async function orFail(
  json: boolean | undefined,
  work: () => void | Promise<void>,
  codeOf: (error: unknown) => number = exitCodeOf,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (json) console.log(jsonText(problemJson(error), 2));
    console.error(paintFor(process.stderr)("red", explain(error)));
    process.exitCode = codeOf(error);
  }
}

/** Of what works on this machine's files: 3 set up wrong, 1 failed. */
export const setupCode = (error: unknown): number => (error instanceof ConfigError ? 3 : 1);
