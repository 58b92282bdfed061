import { b64u } from "../../../incidents/bytes.js";
import { parseEvent } from "../../../incidents/event.js";
import { parseRecord } from "../../../incidents/record.js";
import type { LoggedRecord } from "../../../receipts/ports.js";

export interface LoggedEvent {
  readonly b: string;
  readonly sig: string;
}

/**
 * One incident's events as the log holds them, in order, each once; and how many of its records were byte-equal repeats.
 * @throws where a place is held by two different records, or the first records of the places aren't in order.
 */
export function eventsOfLog(
  records: readonly LoggedRecord[],
  inc: string,
): { readonly events: readonly LoggedEvent[]; readonly repeats: number } {
  const places: Uint8Array[] = [];
  let repeats = 0;
  for (const { bytes, offset } of records) {
    const event = parseEvent(parseRecord(bytes).event);
    if (event.inc !== inc) continue;
    const known = places[event.seq];
    if (known && !Buffer.from(known).equals(bytes))
      throw new Error(`offset ${offset}: two records of seq ${event.seq} differ`);
    if (!known && event.seq !== places.length)
      throw new Error(`offset ${offset}: seq ${event.seq} stands where ${places.length} should`);
    if (known) repeats++;
    else places.push(bytes);
  }
  const events = places
    .map((bytes) => parseRecord(bytes))
    .map(({ event, signature }) => ({ b: b64u(event), sig: b64u(signature) }));
  return { events, repeats };
}
