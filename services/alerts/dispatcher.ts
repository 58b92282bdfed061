import { setTimeout as sleep } from "node:timers/promises";
import { b64u } from "../../incidents/bytes.js";
import { eventId } from "../../incidents/digest.js";
import { parseEvent } from "../../incidents/event.js";
import { parseRecord } from "../../incidents/record.js";
import { isEnded } from "../../incidents/state.js";
import { findIncident } from "../incidents/load.js";
import type { Log } from "../log.js";
import type { Metrics } from "../metrics/metrics.js";
import { type Ports, WorkflowEnded, WorkflowsUnavailable } from "../ports.js";
import { planTurn } from "./plan-turn.js";
import type { AlertSignal, SentSignal } from "./ports.js";

const IDLE_MS = 250;
const RETRY_MS = 2_000;
const SETTLE_EVERY_MS = 5_000;

export interface Dispatcher {
  /** Resolves once the turn that runs has ended. */
  stop(): Promise<void>;
}

/**
 * Tells incidents of stored alerts, until it is stopped. Any number of processes may run one: a key is claimed by one at a time. A
 * turn is planned and stored before it is sent, so that whoever goes on after a crash sends the same bytes.
 */
export function startDispatcher(ports: Ports, org: string, log: Log, metrics: Metrics): Dispatcher {
  const stopping = new AbortController();
  const done = run(ports, org, log, metrics, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

async function run(ports: Ports, org: string, log: Log, metrics: Metrics, stopping: AbortSignal): Promise<void> {
  let settledAt = 0;
  while (!stopping.aborted) {
    const pause = await turnSafely(ports, org, log, metrics);
    if (ports.clock.now() - settledAt >= SETTLE_EVERY_MS) {
      settledAt = ports.clock.now();
      await settle(ports, org).catch((error: Error) => log({ event: "settle-failed", error: error.name }));
    }
    if (pause > 0) await sleep(pause, undefined, { signal: stopping }).catch(() => {});
  }
}

/** How long to wait before the next turn. */
async function turnSafely(ports: Ports, org: string, log: Log, metrics: Metrics): Promise<number> {
  try {
    const outcome = await dispatchOnce(ports, org);
    if (outcome !== "idle") metrics.dispatched(outcome);
    return outcome === "idle" ? IDLE_MS : outcome === "postponed" ? RETRY_MS : 0;
  } catch (error) {
    log({ event: "dispatch-failed", error: (error as Error).name });
    return RETRY_MS;
  }
}

/** One turn: claim, plan, send, mark. */
export async function dispatchOnce(
  ports: Ports,
  org: string,
): Promise<"idle" | "planned" | "sent" | "postponed" | "ended"> {
  const at = nowOf(ports);
  const planned = await ports.inbox.turn(org, at, (turn) => planTurn(ports, org, at, turn));
  return typeof planned === "string" ? planned : send(ports, planned);
}

const nowOf = ({ clock }: Ports): string => new Date(clock.now()).toISOString();

async function send(ports: Ports, signal: AlertSignal): Promise<"sent" | "postponed" | "ended"> {
  try {
    await ports.workflows.signalWithStart(signal.org, signal.inc, { envelope: b64u(signal.envelope) });
  } catch (error) {
    if (error instanceof WorkflowEnded) return ports.inbox.ended(signal).then(() => "ended");
    if (!(error instanceof WorkflowsUnavailable)) throw error;
    await ports.inbox.postponed(signal, new Date(ports.clock.now() + RETRY_MS).toISOString());
    return "postponed";
  }
  await ports.inbox.sent(signal, nowOf(ports));
  return "sent";
}

const SETTLE_AT_ONCE = 100;

/** Deletes the bodies of what stands on the record; what an incident's end swallowed waits again. */
export async function settle(ports: Ports, org: string): Promise<void> {
  for (const signal of await ports.inbox.unsettled(org, SETTLE_AT_ONCE)) await settleOne(ports, signal);
}

/** Longer than a workflow waits for the event that opens its incident: after that it has ended, and nothing tells us so. */
const UNOPENED_MS = 15 * 60_000;

async function settleOne(ports: Ports, signal: SentSignal): Promise<void> {
  const record = await ports.incidents.byEid(signal.org, eventId(signal.inc, signal.commandId, 0));
  if (record === null) return unrecorded(ports, signal);
  const { typ, clear } = parseEvent(parseRecord(record).event);
  await (typ === "CommandRefused"
    ? ports.inbox.refused(signal, (clear as { readonly code: string }).code)
    : ports.inbox.settled(signal));
}

/** Not on the record yet, or never: the incident has ended, or hasn't begun although it had the time to. */
async function unrecorded(ports: Ports, signal: SentSignal): Promise<void> {
  const loaded = await findIncident(ports.incidents, signal.org, signal.inc);
  if (loaded !== null) return isEnded(loaded.state) ? ports.inbox.ended(signal) : undefined;
  if (ports.clock.now() - Date.parse(signal.sentAt) >= UNOPENED_MS) await ports.inbox.resend(signal, nowOf(ports));
}
