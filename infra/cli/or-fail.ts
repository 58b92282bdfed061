import { ConfigError } from "../config-error.js";

/** Runs a command's work; a failure is said on standard error (and as JSON where asked), and sets the exit code: 3 set up wrong, 1 otherwise. */
export async function orFail(what: string, json: boolean | undefined, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code = "FAILED", message } = error as { code?: string; message: string };
    if (json) console.log(JSON.stringify({ error: { code, message } }));
    console.error(`${what} failed (${code}): ${message}`);
    process.exitCode = error instanceof ConfigError ? 3 : 1;
  }
}
