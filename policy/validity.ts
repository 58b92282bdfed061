import type { Verdict } from "./decision.js";
import { staleAt } from "./evidence.js";
import { exceptionsFor } from "./exceptions.js";
import type { Facts } from "./facts.js";
import { instantOf, millis } from "./instants.js";
import { type Judgement, judge } from "./judge.js";
import { seat } from "./seating.js";
import { isApprovalUnit, type Unit, votesFor } from "./units.js";
import { expiryOf } from "./votes.js";

/** After this many instants at which the verdict was found to hold, the next one is given unseen: early, never late. */
const MAX_LOOKS = 16;

/**
 * The first instant after `now` at which the verdict could change with the facts unchanged; null where it can't. Between two
 * instants at which something begins or ends nothing does, so only those are looked at.
 */
export function validUntil(units: readonly Unit[], facts: Facts, now: number, first: Judgement): string | null {
  let latest: Standing = first;
  let looks = 0;
  const turns = new Set(turningPoints(units, facts));
  for (const instant of after(now, [...turns, ...expiries(units, facts)])) {
    if (!turns.has(instant) && !endsAUsedVote(latest, instant)) continue;
    if (++looks > MAX_LOOKS) return instantOf(instant);
    latest = turns.has(instant) ? judge(units, facts, instant) : withoutEndedVotes(latest, facts, instant);
    if (latest.verdict !== first.verdict) return instantOf(instant);
  }
  return null;
}

type Standing = Pick<Judgement, "asked" | "used"> & { readonly verdict: Verdict | "not-ready" };

/**
 * A vote's end matters to a ready plan that rests on it. Elsewhere it doesn't: the person could vote again, so nothing becomes
 * impossible, and nothing that was missing is there.
 */
const endsAUsedVote = ({ verdict, used }: Standing, instant: number): boolean =>
  verdict === "ready" && [...used].some(({ until }) => until <= instant);

/** All else being equal, a plan stays ready while the votes left can fill the seats. */
function withoutEndedVotes({ asked }: Standing, facts: Facts, instant: number): Standing {
  const left = asked.map((count) => ({ ...count, approvals: count.approvals.filter(({ until }) => until > instant) }));
  const { units, used } = seat(left, facts, instant);
  return { asked: left, used, verdict: units.every(({ missing }) => missing === 0) ? "ready" : "not-ready" };
}

const after = (now: number, instants: readonly number[]): readonly number[] =>
  [...new Set(instants.filter((instant) => instant > now && Number.isFinite(instant)))].sort((a, b) => a - b);

/** Milliseconds since 1970 at which anything but a vote's end happens. */
function turningPoints(units: readonly Unit[], facts: Facts): readonly number[] {
  const { evidence, plan } = facts.inputs;
  const exceptions = units.flatMap((unit) => exceptionsFor(unit, facts));
  return [
    ...facts.votes.filter(({ vote }) => vote.planDigest === plan.digest).map(({ at }) => at),
    ...evidence.map(({ at }) => millis(at)),
    ...units.flatMap((unit) => staleness(unit, facts)),
    ...facts.delegations.flatMap(({ start, end }) => [start, end]),
    ...exceptions.flatMap(({ from, until }) => [millis(from), millis(until)]),
  ];
}

function staleness({ control: { require } }: Unit, { inputs }: Facts): readonly number[] {
  if (!("evidence" in require)) return [];
  return require.evidence.flatMap((wanted) =>
    inputs.evidence.filter(({ type }) => type === wanted.type).map((piece) => staleAt(piece, wanted)),
  );
}

const expiries = (units: readonly Unit[], { votes }: Facts): readonly number[] =>
  units
    .filter(isApprovalUnit)
    .flatMap((unit) =>
      votes.filter(({ vote }) => votesFor(vote, unit) === "yes").map((dated) => expiryOf(dated, unit)),
    );
