import { isDeepStrictEqual } from "node:util";
import { type DataConverter, defaultPayloadConverter, type Payload } from "@temporalio/common";
import type { temporal } from "@temporalio/proto";
import { type InjectedSinks, Worker } from "@temporalio/worker";
import type { ReplaySinks } from "../../workflows/replay-interceptors.js";
import { REPLAY_BUNDLE } from "./bundle.js";
import { installRuntime } from "./runtime.js";

type History = temporal.api.history.v1.IHistory;

export interface Replay {
  /** Events of the history. */
  readonly events: number;
  /** Activities whose arguments were compared. */
  readonly activities: number;
  /** The first difference in words; null where today's code does what the history says. */
  readonly difference: string | null;
}

interface Scheduled {
  readonly type: string;
  readonly args: readonly unknown[];
}

/** Runs today's workflow code over a recorded history, and compares each activity's arguments with those recorded. */
export async function replay(history: History, workflowId: string, dataConverter: DataConverter): Promise<Replay> {
  const recorded = await recordedActivities(history, dataConverter);
  const called: Scheduled[] = [];
  const difference = await run(history, workflowId, dataConverter, called);
  return {
    events: history.events?.length ?? 0,
    activities: recorded.length,
    difference: difference ?? firstDifference(recorded, called),
  };
}

async function run(
  history: History,
  workflowId: string,
  dataConverter: DataConverter,
  called: Scheduled[],
): Promise<string | null> {
  const sinks: InjectedSinks<ReplaySinks> = {
    replay: { scheduled: { callDuringReplay: true, fn: (_, type, args) => void called.push({ type, args }) } },
  };
  installRuntime((line) => void process.stderr.write(`${line}\n`));
  const options = { workflowBundle: { codePath: REPLAY_BUNDLE }, dataConverter, sinks };
  try {
    await Worker.runReplayHistory(options, history, workflowId);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function recordedActivities(history: History, dataConverter: DataConverter): Promise<readonly Scheduled[]> {
  const scheduled = (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: event }) =>
    event ? [event] : [],
  );
  return Promise.all(
    scheduled.map(async ({ activityType, input }) => {
      const payloads = await decode((input?.payloads ?? []) as Payload[], dataConverter);
      return {
        type: activityType?.name ?? "",
        args: payloads.map((payload) => defaultPayloadConverter.fromPayload(payload)),
      };
    }),
  );
}

/** As the converter's codecs say, the last one first. */
async function decode(payloads: Payload[], { payloadCodecs = [] }: DataConverter): Promise<Payload[]> {
  let decoded = payloads;
  for (const codec of payloadCodecs.toReversed()) decoded = await codec.decode(decoded);
  return decoded;
}

/** Through JSON, since that is how arguments travel. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function firstDifference(recorded: readonly Scheduled[], called: readonly Scheduled[]): string | null {
  for (const [i, { type, args }] of recorded.entries()) {
    if (called[i]?.type !== type)
      return `activity ${i}: the history has ${type}, the code calls ${called[i]?.type ?? "nothing"}`;
    if (!isDeepStrictEqual(plain(called[i]!.args), plain(args)))
      return `activity ${i} (${type}): other arguments than in the history`;
  }
  return called.length > recorded.length
    ? `the code calls ${called[recorded.length]!.type}, which the history doesn't have`
    : null;
}
