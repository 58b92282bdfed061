import { Command, type CommanderError, InvalidArgumentError } from "commander";
import { PART_NAMES } from "../stack/parts.js";
import { type PartStatus, type StackStatus, stackDown, stackStatus, stackUp } from "../stack/stack.js";
import { orFail } from "./or-fail.js";

interface StackOptions {
  readonly dir: string;
  readonly json?: boolean;
  readonly brokers?: number;
}

const HELP = `
Each part is found in this order, and the progress lines say which it was:
  temporal  TEMPORAL_ADDRESS; temporal on PATH; cached binary; official download; built with Go (about 5 minutes, once)
  kafka     KAFKA_BROKERS; brokers from Maven's jars where there is Java 17 or later; else the event log is kept in Postgres
  postgres  DATABASE_URL; a local server where one is installed; else the embedded PGlite
  tickets   the ticket sandbox

Examples:
  $ countersign stack up
  $ countersign stack up --dir /tmp/three --brokers 3
  $ TEMPORAL_ADDRESS=temporal.internal:7233 countersign stack up
  $ countersign stack status --json
  $ countersign stack down

Exit codes: 0 done, 1 failed or something is down, 2 wrong usage. Passwords and tokens stand only in <dir>/stack.json.`;

/** `countersign stack up|down|status`: progress on standard error, the result on standard output. */
export function stackCommand(): Command {
  const stack = new Command("stack").description("start, stop and look at the local stack").addHelpText("after", HELP);
  stack.exitOverride(exitWithUsage);
  const up = part("up", "start what is missing; what runs already is used").action(stackUpAction);
  up.option("--brokers <count>", "number of Kafka brokers of a new data folder, 1 to 5", toBrokerCount);
  stack.addCommand(up);
  stack.addCommand(part("down", "stop what `up` started; data stays").action(stackDownAction));
  stack.addCommand(part("status", "say what runs, where and since when").action(stackStatusAction));
  return stack;
}

function part(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--dir <folder>", "data folder", ".countersign/stack")
    .option("--json", "print the result as JSON")
    .exitOverride(exitWithUsage);
}

/** Help is asked for and exits 0; anything else that the parser ends with is wrong usage. */
function exitWithUsage(error: CommanderError): never {
  process.exit(error.exitCode === 0 ? 0 : 2);
}

async function stackUpAction({ dir, brokers, json }: StackOptions): Promise<void> {
  await orOne(json, async () => {
    await stackUp({ dir, kafkaBrokers: brokers, progress });
    printStatus(await stackStatus(dir), json);
  });
}

async function stackDownAction({ dir, json }: StackOptions): Promise<void> {
  await orOne(json, async () => {
    await stackDown(dir, progress);
    console.log(json ? JSON.stringify({ dir, running: false }) : "stack: down");
  });
}

async function stackStatusAction({ dir, json }: StackOptions): Promise<void> {
  await orOne(json, async () => {
    const status = await stackStatus(dir);
    printStatus(status, json);
    if (!status.running) process.exitCode = 1;
  });
}

/** Whatever fails here is a part that couldn't be found, started or stopped: 1. */
const orOne = (json: boolean | undefined, work: () => Promise<void>): Promise<void> => orFail(json, work, () => 1);

function printStatus(status: StackStatus, json: boolean | undefined): void {
  console.log(json ? JSON.stringify(status, null, 2) : status.parts.map(statusLine).join("\n"));
}

const COLOUR = { running: 32, embedded: 33, down: 31 } as const;

function statusLine(one: PartStatus): string {
  const state = paint(process.stdout, COLOUR[one.state], one.state.padEnd(8));
  const facts = [one.address, one.source && `(${one.source})`, one.since && `since ${one.since}`, one.reason];
  return `${one.part.padEnd(PADDED)}  ${state}  ${facts.filter(Boolean).join("  ")}`;
}

const PADDED = Math.max(...PART_NAMES.map((name) => name.length));

function paint(stream: NodeJS.WriteStream, colour: number, text: string): string {
  return stream.isTTY && !process.env.NO_COLOR ? `\u001b[${colour}m${text}\u001b[0m` : text;
}

function progress(line: string): void {
  console.error(line);
}

function toBrokerCount(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= 5) return count;
  throw new InvalidArgumentError("expected a whole number from 1 to 5");
}
