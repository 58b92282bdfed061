import { readFileSync } from "node:fs";
import { Command } from "commander";
import { accelerate } from "../../receipts/cli/accelerate.js";
import { allCommands } from "../cli/commands.js";
import { exitCodeOf, explain } from "../cli/problem.js";

accelerate();
const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = new Command("countersign")
  .description(
    "Runs every Sev-1 incident as a durable workflow and ends it with a receipt that anyone can verify offline.",
  )
  .version(version)
  .showHelpAfterError("(add --help for examples)")
  .addHelpText(
    "after",
    `
Examples:
  npm run demo                                            from a real alert to a verified receipt, on this machine
  countersign init && countersign up                      an installation of your own
  countersign incident show latest                        what is going on, and what must happen next
  countersign verify receipt.json --trust trust.json      what a receipt proves, offline

Exit codes: 0 done, 1 refused or not so, 2 wrong usage (verify: incomplete), 3 could not run.`,
  );

/** Wrong usage ends with 2; of `verify`, whose 1 and 2 are verdicts, with 3. Help that was asked for ends with 0. */
function exitByOurCodes(command: Command, usage: 2 | 3): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usage));
  for (const each of command.commands) exitByOurCodes(each, usage);
}

for (const command of allCommands()) {
  exitByOurCodes(command, command.name() === "verify" ? 3 : 2);
  program.addCommand(command);
}
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
