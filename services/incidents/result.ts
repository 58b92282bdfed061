import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../incidents/canonical.js";
import { MAX_REFUSALS } from "../../incidents/decide.js";
import { eventHash, eventId } from "../../incidents/digest.js";
import { type EventBody, parseEvent } from "../../incidents/event.js";
import { parseRecord } from "../../incidents/record.js";
import { isEnded } from "../../incidents/state.js";
import type { IncidentReader, Ports, StoredCommand } from "../ports.js";
import { ApiProblem, type ProblemDetails, refusalDetails } from "../problems.js";
import { findIncident } from "./load.js";

/** What a command is answered with. */
export type Answer =
  | { readonly status: 200; readonly body: { readonly [key: string]: Json } }
  | {
      readonly status: 202;
      readonly body: { readonly commandId: string; readonly status: string; readonly incident: string };
    }
  | { readonly status: 409; readonly body: ProblemDetails };

const WAIT_MS = 3_000;
const POLL_MS = 40;

/** What the record says of a command within 3 s, or where to ask later. */
export async function awaitResult(
  ports: Ports,
  command: StoredCommand,
  details: { readonly [code: string]: string },
): Promise<Answer> {
  const until = ports.clock.now() + WAIT_MS;
  for (;;) {
    const result = await resultOf(ports.incidents, command, details);
    if (result !== null) return result;
    if (ports.clock.now() >= until) return unanswered(ports, command);
    await sleep(POLL_MS);
  }
}

/** @throws {ApiProblem} INCIDENT_CLOSED; TOO_MANY_REFUSALS where a refusal is no longer recorded, so that it can't be told from waiting */
async function unanswered(ports: Ports, { org, inc, commandId, actor }: StoredCommand): Promise<Answer> {
  const loaded = await findIncident(ports.incidents, org, inc);
  if (loaded !== null && isEnded(loaded.state)) throw new ApiProblem("INCIDENT_CLOSED");
  if ((loaded?.state.refusals[actor] ?? 0) >= MAX_REFUSALS) throw new ApiProblem("TOO_MANY_REFUSALS");
  return stored({ org, inc, commandId });
}

/** Durable, not on the record yet: where to ask for it. */
export const stored = ({ org, inc, commandId }: Pick<StoredCommand, "org" | "inc" | "commandId">): Answer => ({
  status: 202,
  body: { commandId, incident: inc, status: `/v1/orgs/${org}/commands/${encodeURIComponent(commandId)}` },
});

/** The recorded result of a command; null while there is none. */
export async function resultOf(
  reader: IncidentReader,
  command: StoredCommand,
  details: { readonly [code: string]: string } = {},
): Promise<Answer | null> {
  const record = await reader.byEid(command.org, command.eid);
  if (record === null) return null;
  const first = shown(record);
  if (first.event.typ === "CommandRefused")
    return refused(first.event as EventBody<"CommandRefused">, command, details);
  const events = [first, ...(await rest(reader, command))].map(({ json }) => json);
  return { status: 200, body: { commandId: command.commandId, incident: command.inc, events } };
}

function refused(
  { clear }: EventBody<"CommandRefused">,
  { commandId }: StoredCommand,
  details: { readonly [code: string]: string },
): Answer {
  const { code } = clear as unknown as { readonly code: string };
  return { status: 409, body: refusalDetails(code, commandId, details[code]) };
}

async function rest(reader: IncidentReader, { org, inc, commandId, eid }: StoredCommand): Promise<readonly Shown[]> {
  if (eventId(inc, commandId, 0) !== eid) return [];
  const shownEvents: Shown[] = [];
  for (let i = 1; ; i++) {
    const record = await reader.byEid(org, eventId(inc, commandId, i));
    if (record === null) return shownEvents;
    shownEvents.push(shown(record));
  }
}

interface Shown {
  readonly event: EventBody;
  readonly json: Json;
}

function shown(record: Uint8Array): Shown {
  const { event: bytes } = parseRecord(record);
  const event = parseEvent(bytes);
  return { event, json: eventJson(event, eventHash(bytes)) };
}

/** An event as the API shows it: what is clear, and under which hash it stands. */
export const eventJson = ({ seq, eid, typ, at, actor, clear }: EventBody, hash: string): Json =>
  ({ seq, eid, typ, at, hash, actor, clear }) as unknown as Json;
