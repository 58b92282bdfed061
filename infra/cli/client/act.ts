import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { JsonObject } from "../../../incidents/canonical.js";
import { CliProblem } from "../problem.js";
import type { Answer, Api } from "./api.js";
import { type ClientOptions, type LeafHelp, leaf, patternOf, print, wholeNumber } from "./command.js";
import { eventSummary, type ShownEvent } from "./event-line.js";
import { type Named, namesOf } from "./names.js";
import { paintFor } from "./text.js";

export interface ActOptions extends ClientOptions {
  /** Seconds. */
  readonly wait: number;
  readonly commandId?: string;
}

const EXITS =
  "Exit codes: 0 recorded, 1 refused, 2 wrong usage, 3 could not run, or not recorded within --wait (then `countersign command show ID`).";

/** A command by which a person acts on the record. */
export const acting = (name: string, description: string, help: LeafHelp): Command =>
  leaf(name, description, { exits: EXITS, ...help })
    .option("--wait <seconds>", "how long to wait until it is on the record", wholeNumber(0, 3_600), 60)
    .option(
      "--command-id <id>",
      "repeat a command whose answer was lost",
      patternOf(/^[A-Za-z0-9][A-Za-z0-9_.:-]{7,79}$/, "8 to 80 of A-Z a-z 0-9 _ . : -"),
    );

/** The body of a 200: which events the command made. */
export interface Recorded extends Named {
  readonly commandId: string;
  readonly incident: string;
  readonly events: readonly ShownEvent[];
}

/**
 * Sends a command under an id of its own, waits until it is on the record, and prints what was recorded.
 * @throws {CliProblem} with the refusal's code, or NOT_RECORDED_YET when the wait is over.
 */
export async function act(api: Api, options: ActOptions, path: string, body: object): Promise<void> {
  const key = options.commandId ?? `cli_${randomBytes(16).toString("hex")}`;
  const first = await api.ask({ method: "POST", path, body, key });
  const { body: result } = await settled(api, first, options.wait);
  print(options, result, () => recordedLines(result as unknown as Recorded));
}

const POLL_MS = 500;
const PROGRESS_MS = 5_000;

/** The final answer of a command that was taken: asks until it is recorded or refused. */
export async function settled(api: Api, first: Answer, waitSeconds: number): Promise<Answer> {
  if (first.status !== 202) return first;
  const { commandId } = first.body as { commandId: string };
  const startedAt = Date.now();
  let saidAt = startedAt;
  if (waitSeconds > 0)
    console.error(`taken as ${commandId}; waiting until it is on the record (at most ${waitSeconds} s)`);
  while (Date.now() - startedAt < waitSeconds * 1_000) {
    await sleep(Math.min(POLL_MS, waitSeconds * 1_000));
    const answer = await api.ask({ method: "GET", path: `/commands/${encodeURIComponent(commandId)}` });
    if (answer.status !== 202) return answer;
    if (Date.now() - saidAt < PROGRESS_MS) continue;
    saidAt = Date.now();
    console.error(`still waiting, ${Math.round((saidAt - startedAt) / 1_000)} s`);
  }
  throw notYet(first.body, commandId);
}

const notYet = (answer: JsonObject, commandId: string): CliProblem =>
  new CliProblem(
    "NOT_RECORDED_YET",
    `The command is stored and will be carried out, but isn't on the record yet: ask with \`countersign command show ${commandId}\`; \`countersign health\` says what it waits for.`,
    3,
    answer,
  );

/** One line for each event; the incident's id first, since a new one is only known from here. */
export function recordedLines({ incident, events, ...named }: Recorded): readonly string[] {
  const paint = paintFor(process.stdout);
  const name = namesOf(named);
  return [
    `${paint("green", "recorded")} in ${incident}`,
    ...events.map((event) => `  ${eventSummary(event, paint, name)}`),
  ];
}
