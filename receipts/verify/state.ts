import { factOf } from "../../incidents/event.js";
import { evolve, UnlawfulEvent, unopened } from "../../incidents/evolve.js";
import type { Opened, State } from "../../incidents/state.js";
import { type Finding, finding } from "./codes.js";
import type { ProvenEvent } from "./events.js";

/** The states that the events lead through. */
export interface Course {
  /** The state before an event, by its seq. */
  readonly before: readonly State[];
  readonly end: Opened | null;
}

/** Stage 8: the state machine over the clear fields, the same one that wrote them. It ends at the first event that it refuses. */
export function verifyState(events: readonly ProvenEvent[]): {
  readonly course: Course;
  readonly findings: readonly Finding[];
} {
  const { org, inc } = events[0]!.body;
  const before: State[] = [];
  let state: State = unopened(org, inc);
  for (const { body, hash } of events) {
    before.push(state);
    try {
      state = evolve(state, factOf(body, hash));
    } catch (error) {
      if (!(error instanceof UnlawfulEvent)) throw error;
      return {
        course: { before, end: null },
        findings: [finding("STATE_UNLAWFUL", { event: body.seq }, `${body.typ}: ${error.code}`)],
      };
    }
  }
  return { course: { before, end: state as Opened }, findings: [] };
}
