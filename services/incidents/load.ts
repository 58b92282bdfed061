import type { Json } from "../../incidents/canonical.js";
import { eventHash } from "../../incidents/digest.js";
import { type EventBody, factOf, parseEvent } from "../../incidents/event.js";
import { evolve, unopened } from "../../incidents/evolve.js";
import { type LogRecord, parseRecord } from "../../incidents/record.js";
import { conforms } from "../../incidents/shape.js";
import type { Opened, State } from "../../incidents/state.js";
import { incidentId } from "../../incidents/vocabulary.js";
import type { IncidentReader, Vault } from "../ports.js";
import { ApiProblem } from "../problems.js";

/** An incident as the acknowledged part of its record tells it. */
export interface Loaded {
  readonly org: string;
  readonly inc: string;
  readonly state: Opened;
  readonly events: readonly EventBody[];
  readonly records: readonly LogRecord[];
}

/** @throws {ApiProblem} INCIDENT_UNKNOWN */
export async function loadIncident(reader: IncidentReader, org: string, inc: string): Promise<Loaded> {
  const loaded = await findIncident(reader, org, inc);
  if (loaded === null) throw new ApiProblem("INCIDENT_UNKNOWN");
  return loaded;
}

/** Null where there is none; what can't be an id is never asked of the store. */
export async function findIncident(reader: IncidentReader, org: string, inc: string): Promise<Loaded | null> {
  if (!conforms(incidentId, inc)) return null;
  const records = (await reader.records(org, inc)).map(parseRecord);
  const events = records.map(({ event }) => parseEvent(event));
  let state: State = unopened(org, inc);
  events.forEach((event, i) => {
    state = evolve(state, factOf(event, eventHash(records[i]!.event)));
  });
  return (state as State).phase === "none" ? null : { org, inc, state: state as unknown as Opened, events, records };
}

/** The sealed words of one event, by path. */
export async function wordsOf(vault: Vault, { org, inc }: Loaded, event: EventBody, paths: readonly string[]): Promise<{ readonly [path: string]: Json }> {
  const triples = event.sealed.filter(([path]) => paths.includes(path));
  const values = await vault.open(org, inc, triples);
  return Object.fromEntries(triples.map(([path], i): [string, Json] => [path.slice(1), values[i]!]));
}
