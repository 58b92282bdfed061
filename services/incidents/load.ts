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
import { type Recent, recentlyUsed } from "./recent.js";

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

/**
 * Null where there is none; what can't be an id is never asked of the store. What was folded before is kept and only grown by what
 * was acknowledged since, so that an unchanged incident costs one row.
 *
 * @param head the hash of its latest event, where the caller has just read it: an incident folded up to it isn't asked for again
 */
export async function findIncident(
  reader: IncidentReader,
  org: string,
  inc: string,
  head?: string,
): Promise<Loaded | null> {
  if (!conforms(incidentId, inc)) return null;
  const folded = foldedOf(reader);
  const known = folded.get(`${org}/${inc}`);
  if (known !== undefined && known.state.head === head) return known;
  const loaded = (known && (await grown(reader, known))) ?? (await fold(reader, org, inc));
  if (loaded !== null) folded.put(`${org}/${inc}`, loaded, weightOf(loaded.records));
  return loaded;
}

/** Of one reader: two deployments in one process don't meet. */
const FOLDED = new WeakMap<IncidentReader, Recent<Loaded>>();
/** 64 MiB of records: some hundred incidents, and in any case the latest one. */
const MAX_BYTES = 64 * 1024 * 1024;

function foldedOf(reader: IncidentReader): Recent<Loaded> {
  const folded = FOLDED.get(reader) ?? recentlyUsed<Loaded>(MAX_BYTES);
  FOLDED.set(reader, folded);
  return folded;
}

const weightOf = (records: readonly LogRecord[]): number =>
  records
    .flatMap(({ event, sealed, attachments }) => [event, ...sealed, ...attachments])
    .reduce((sum, { length }) => sum + length, 0);

async function fold(reader: IncidentReader, org: string, inc: string): Promise<Loaded | null> {
  const { state, events, records } = taken(
    { state: unopened(org, inc), events: [], records: [] },
    await reader.records(org, inc, 0),
  );
  return state.phase === "none" ? null : { org, inc, state, events, records };
}

/**
 * What is known, and the records since; itself where there are none. Reads the last known record again: where the store no longer
 * holds that very event, it was set back, and null says that nothing known may be built on.
 */
async function grown(reader: IncidentReader, known: Loaded): Promise<Loaded | null> {
  const [last, ...since] = await reader.records(known.org, known.inc, known.state.seq - 1);
  if (last === undefined || eventHash(parseRecord(last).event) !== known.state.head) return null;
  return since.length === 0
    ? known
    : { ...known, ...(taken(known, since) as Pick<Loaded, "state" | "events" | "records">) };
}

type Taken = Pick<Loaded, "events" | "records"> & { readonly state: State };

function taken({ state, events, records }: Taken, encoded: readonly Uint8Array[]): Taken {
  const more = encoded.map(parseRecord);
  const parsed = more.map(({ event }) => parseEvent(event));
  const next = parsed.reduce((so, event, i) => evolve(so, factOf(event, eventHash(more[i]!.event))), state);
  return { state: next, events: [...events, ...parsed], records: [...records, ...more] };
}

/** The sealed words of one event, by path. */
export async function wordsOf(
  vault: Vault,
  { org, inc }: Loaded,
  event: EventBody,
  paths: readonly string[],
): Promise<{ readonly [path: string]: Json }> {
  const triples = event.sealed.filter(([path]) => paths.includes(path));
  const values = await vault.open(org, inc, triples);
  return Object.fromEntries(triples.map(([path], i): [string, Json] => [path.slice(1), values[i]!]));
}
