import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { CliProblem, explain } from "../problem.js";
import type { Api } from "./api.js";
import { type ClientOptions, INC_HELP, leaf, wholeNumber, withApi } from "./command.js";
import { eventSummary, type ShownEvent } from "./event-line.js";
import { findInc } from "./find.js";
import { type Named, namesOf } from "./names.js";
import { jsonText, paintFor } from "./text.js";

interface WatchOptions extends ClientOptions {
  /** Seconds. */
  readonly interval: number;
  readonly from: number;
}

export const watchCommand = (): Command =>
  leaf("watch", "follow an incident, one line per event, until it is closed or cancelled", {
    notes: `${INC_HELP}\nWhat was recorded before comes first. With --json one event per line. Ctrl-C ends it; the incident goes on.`,
    examples: ["incident watch latest", "incident watch inc_4k2v9x --from 12 --json"],
  })
    .argument("<INC>")
    .option("--interval <seconds>", "between two looks", wholeNumber(1, 300), 2)
    .option("--from <seq>", "the first event to show", wholeNumber(0, 10_000), 0)
    .action((word: string, options: WatchOptions) =>
      withApi(options, (api) => untilInterrupted((signal) => follow(api, word, options, signal))),
    );

/** Ctrl-C, or a reader of our output that has gone, ends the work where it waits, and is no failure. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once("SIGINT", stop);
  process.stdout.once("error", stop);
  try {
    await work(interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    process.removeListener("SIGINT", stop);
    process.stdout.removeListener("error", stop);
  }
}

const ENDED = ["closed", "cancelled"];

interface Events extends Named {
  readonly events: readonly ShownEvent[];
  readonly phase: string;
}

async function follow(api: Api, word: string, options: WatchOptions, signal: AbortSignal): Promise<void> {
  const inc = await findInc(api, word);
  let next = options.from;
  let lost = false;
  for (let first = true; ; first = false) {
    const answer = await look(api, inc, next, signal).catch((error: unknown) =>
      patience(error, first || signal.aborted, lost),
    );
    if (answer !== null && lost) console.error("the API answers again");
    lost = answer === null;
    if (answer !== null) show(answer, options);
    next = (answer?.events.at(-1)?.seq ?? next - 1) + 1;
    if (answer !== null && ENDED.includes(answer.phase)) return;
    await sleep(options.interval * 1_000, undefined, { signal });
  }
}

const look = async (api: Api, inc: string, from: number, signal: AbortSignal): Promise<Events> =>
  (await api.get(`/incidents/${inc}/events?from=${from}`, signal)) as unknown as Events;

/** An API that goes away while somebody watches is waited for; one that says no, or never was there, isn't. */
function patience(error: unknown, giveUp: boolean, saidSo: boolean): null {
  if (giveUp || !(error instanceof CliProblem) || error.exitCode !== 3) throw error;
  if (!saidSo) console.error(`${explain(error)} Trying again.`);
  return null;
}

function show({ events, ...named }: Events, { json }: ClientOptions): void {
  const name = namesOf(named);
  for (const event of events) console.log(json ? jsonText(event) : eventSummary(event, paintFor(process.stdout), name));
}
