import { byCodeUnit } from "../incidents/canonical.js";
import type { EventBody } from "../incidents/event.js";
import type { ClearOf } from "../incidents/events.js";

export type AttachmentKind = "envelope" | "section" | "policy";

/** An attachment that an event names by digest. */
export interface Mention {
  readonly kind: AttachmentKind;
  readonly digest: string;
}

/**
 * What must travel with an event, in the order in which a receipt lists it: the envelope, the facts sections by name, then the
 * active and the pinned policy. A digest that stands twice is one mention.
 */
export function mentionsOf(event: Pick<EventBody, "typ" | "actor" | "clear">): readonly Mention[] {
  const envelope: readonly Mention[] =
    event.actor.envelope === null ? [] : [{ kind: "envelope", digest: event.actor.envelope }];
  return event.typ === "GateEvaluated"
    ? [...envelope, ...factsMentions(event.clear as ClearOf<"GateEvaluated">)]
    : envelope;
}

function factsMentions({ sections, policyDigest, pinnedDigest }: ClearOf<"GateEvaluated">): readonly Mention[] {
  const names = Object.keys(sections).sort(byCodeUnit) as (keyof typeof sections)[];
  const facts = [...new Set(names.map((name) => sections[name]))];
  const policies = [...new Set([policyDigest, pinnedDigest])];
  return [
    ...facts.map((digest) => ({ kind: "section", digest }) as const),
    ...policies.map((digest) => ({ kind: "policy", digest }) as const),
  ];
}

/** The mentions of a whole chain in order of first mention by seq, each once. */
export function chainMentions(events: readonly EventBody[]): readonly Mention[] {
  const seen = new Map<string, Mention>();
  for (const mention of events.flatMap(mentionsOf)) {
    const name = `${mention.kind} ${mention.digest}`;
    if (!seen.has(name)) seen.set(name, mention);
  }
  return [...seen.values()];
}
