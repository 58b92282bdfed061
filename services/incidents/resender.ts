import { setTimeout as sleep } from "node:timers/promises";
import { b64u } from "../../incidents/bytes.js";
import { parseEnvelope } from "../../incidents/envelope.js";
import type { Log } from "../log.js";
import { type Ports, type StoredCommand, WorkflowEnded, WorkflowsUnavailable } from "../ports.js";

const EVERY_MS = 2_000;
const AT_ONCE = 50;

export interface Resender {
  /** Resolves once the round that runs has ended. */
  stop(): Promise<void>;
}

type ResendPorts = Pick<Ports, "commands" | "workflows">;

/**
 * Sends again what was stored and isn't on the record, until it is stopped: a command that was answered with 202 while Temporal was
 * down is carried out without its sender. The same bytes under the same id are harmless, so that any number of processes may run it.
 */
export function startResender(ports: ResendPorts, org: string, log: Log): Resender {
  const stopping = new AbortController();
  const done = run(ports, org, log, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

async function run(ports: ResendPorts, org: string, log: Log, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    await sleep(EVERY_MS, undefined, { signal: stopping }).catch(() => {});
    if (!stopping.aborted)
      await resendOnce(ports, org).catch((error: Error) => log({ event: "resend-failed", error: error.name }));
  }
}

/** One round; it ends at the first that Temporal can't take. */
export async function resendOnce(ports: ResendPorts, org: string): Promise<void> {
  for (const command of await ports.commands.unrecorded(org, AT_ONCE)) {
    try {
      await resend(ports, command);
    } catch (error) {
      if (error instanceof WorkflowsUnavailable) return;
      if (!(error instanceof WorkflowEnded)) throw error;
    }
  }
}

function resend({ workflows }: ResendPorts, { org, inc, envelope }: StoredCommand): Promise<void> {
  const opens = parseEnvelope(envelope).command.body.type === "open-incident";
  const signal = { envelope: b64u(envelope) };
  return opens ? workflows.signalWithStart(org, inc, signal) : workflows.signal(org, inc, signal);
}
