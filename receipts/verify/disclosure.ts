import { unb64u } from "../../incidents/bytes.js";
import { byCodeUnit, canonicalText, type Json } from "../../incidents/canonical.js";
import { EVENTS } from "../../incidents/events.js";
import type { Opening } from "../format.js";
import { commitmentOf } from "../slots.js";
import { type Finding, finding } from "./codes.js";
import type { ProvenEvent } from "./events.js";
import type { ReadReceipt } from "./parse.js";
import { planTextFaults } from "./plan-text.js";
import { nameOf, type SlotAt } from "./slot-names.js";

/** Stage 12: what is opened is what was sealed, and what isn't opened is listed as withheld. Nothing here can change an answer's truth. */
export function verifyDisclosure(events: readonly ProvenEvent[], { receipt }: ReadReceipt): readonly Finding[] {
  const { openings, withheld } = receipt;
  const opened = new Set(openings.map(nameOf));
  const expected = slotsOf(events).filter((slot) => !opened.has(nameOf(slot)));
  const erasedBefore = events.findLast(({ body }) => body.typ === "SealedErased")?.body.seq ?? 0;
  const listed =
    withheld.length === expected.length &&
    withheld.every(
      (slot, i) =>
        nameOf(slot) === nameOf(expected[i]!) && (slot.reason === "confidential" || slot.seq <= erasedBefore),
    );
  return [
    ...(isAscending(openings) ? [] : [finding("OPENINGS_UNORDERED", { path: "/openings" })]),
    ...openings.flatMap((opening) => openingFaults(events, opening)),
    ...partialGroups(events, opened),
    ...planTextFaults(events, openings),
    ...(listed
      ? []
      : [
          finding(
            "WITHHELD_MISMATCH",
            { path: "/withheld" },
            `${withheld.length} listed, ${expected.length} not opened`,
          ),
        ]),
  ];
}

/** Every slot, by event and then by path, which is how an event lists them. */
const slotsOf = (events: readonly ProvenEvent[]): readonly SlotAt[] =>
  events.flatMap(({ body }) => body.sealed.map(([path]) => ({ seq: body.seq, path })));

const isAscending = (slots: readonly SlotAt[]): boolean =>
  slots.every(
    (slot, i) =>
      i === 0 ||
      slots[i - 1]!.seq < slot.seq ||
      (slots[i - 1]!.seq === slot.seq && byCodeUnit(slots[i - 1]!.path, slot.path) < 0),
  );

function openingFaults(events: readonly ProvenEvent[], { seq, path, salt, value }: Opening): readonly Finding[] {
  const body = events[seq]?.body;
  const triple = body?.sealed.find(([at]) => at === path);
  if (!body || !triple) return [finding("OPENING_WITHOUT_SLOT", { event: seq, path })];
  const [, ref, commitment] = triple;
  const found = commitmentOf(unb64u(salt), { org: body.org, inc: body.inc, ref, path }, value as Json);
  return found === commitment ? [] : [finding("OPENING_MISMATCH", { event: seq, path })];
}

function partialGroups(events: readonly ProvenEvent[], opened: ReadonlySet<string>): readonly Finding[] {
  return events.flatMap(({ body }) =>
    EVENTS[body.typ].groups.flatMap((group) => {
      const open = group.filter((path) => opened.has(nameOf({ seq: body.seq, path })));
      return open.length === 0 || open.length === group.length
        ? []
        : [finding("PARTIAL_OPENING", { event: body.seq, path: open[0]! }, group.join(", "))];
    }),
  );
}

export const openedText = (value: Json): string => (typeof value === "string" ? value : canonicalText(value));
