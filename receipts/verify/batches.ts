import { eventId } from "../../incidents/digest.js";
import type { Envelope } from "../../incidents/envelope.js";
import type { ProvenEvent } from "./events.js";

/** The events of one command, as one append wrote them: a gate's evaluation among them is the system's own. */
export interface Batch {
  readonly envelope: Envelope;
  /** The id that the events' ids are made of. */
  readonly commandId: string;
  readonly events: readonly ProvenEvent[];
  /** Events that name the envelope but don't stand where its command put them. */
  readonly strays: readonly ProvenEvent[];
}

export function batchesOf(events: readonly ProvenEvent[], known: ReadonlyMap<string, Envelope>): readonly Batch[] {
  const batches: Batch[] = [];
  const covered = new Set<number>();
  events.forEach(({ body }, i) => {
    const envelope = body.actor.envelope === null ? undefined : known.get(body.actor.envelope);
    if (!envelope || covered.has(i)) return;
    const batch = batchAround(events, i, envelope);
    for (const event of batch.events) covered.add(event.body.seq);
    batches.push(batch);
  });
  return batches;
}

/** An append has at most three events; a refusal of a reused command id has an id of its own. */
function batchAround(events: readonly ProvenEvent[], i: number, envelope: Envelope): Batch {
  const { inc, commandId } = envelope.command;
  for (const id of [commandId, `${commandId}#${envelope.digest}`])
    for (let first = i; first >= 0 && first >= i - 3; first--) {
      const run = runFrom(events, first, inc, id);
      if (run > i - first) return { envelope, commandId: id, events: events.slice(first, first + run), strays: [] };
    }
  return { envelope, commandId, events: [events[i]!], strays: [events[i]!] };
}

function runFrom(events: readonly ProvenEvent[], first: number, inc: string, commandId: string): number {
  let run = 0;
  while (events[first + run]?.body.eid === eventId(inc, commandId, run)) run++;
  return run;
}
