import type { Json } from "../../incidents/canonical.js";
import type { ClearOf, EventType } from "../../incidents/events.js";
import type { Opened } from "../../incidents/state.js";
import type { Receipt } from "../format.js";
import type { Word } from "./answer-types.js";
import { openedText } from "./disclosure.js";
import type { ProvenEvent } from "./events.js";
import type { Decisions } from "./policy.js";
import { nameOf } from "./slot-names.js";

export interface Answering {
  readonly events: readonly ProvenEvent[];
  readonly end: Opened;
  readonly receipt: Receipt;
  readonly decisions: Decisions;
  readonly policies: ReadonlyMap<string, { readonly name: string; readonly revision: number }>;
}

/** What an answer may look up: opened values, people's names where they are opened, what stays closed. */
export interface Lookup {
  readonly opened: (seq: number, path: string) => string | null;
  readonly word: (seq: number, path: string) => Word;
  readonly who: (id: string) => string;
  readonly withheld: (seqs: readonly number[]) => number;
  readonly of: <T extends EventType>(
    ...types: readonly T[]
  ) => readonly {
    readonly seq: number;
    readonly eid: string;
    readonly typ: T;
    readonly at: string;
    readonly by: string;
    readonly clear: ClearOf<T>;
  }[];
}

export function lookupIn({ events, receipt }: Answering): Lookup {
  const values = new Map(receipt.openings.map((opening) => [nameOf(opening), opening.value as Json]));
  const opened = (seq: number, path: string): string | null => {
    const value = values.get(nameOf({ seq, path }));
    return value === undefined || value === null ? null : openedText(value);
  };
  const names = new Map(
    events.flatMap(({ body }) => {
      const name = body.actor.kind === "system" ? null : opened(body.seq, "/name");
      return name === null ? [] : [[body.actor.id, `${name} (${body.actor.id})`] as const];
    }),
  );
  const closed = (seq: number): number =>
    events[seq]!.body.sealed.filter(([path]) => !values.has(nameOf({ seq, path }))).length;
  return {
    opened,
    word: (seq, path) => ({ text: opened(seq, path), withheld: !values.has(nameOf({ seq, path })) }),
    who: (id) => names.get(id) ?? id,
    withheld: (seqs) => [...new Set(seqs)].reduce((sum, seq) => sum + closed(seq), 0),
    of: (...types) =>
      events.flatMap(({ body }) => {
        const typ = types.find((each) => each === body.typ);
        return typ === undefined
          ? []
          : [{ seq: body.seq, eid: body.eid, typ, at: body.at, by: body.actor.id, clear: body.clear as never }];
      }),
  };
}
