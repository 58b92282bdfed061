import { exceptionsFor } from "./exceptions.js";
import { staleAt } from "./evidence.js";
import type { Facts } from "./facts.js";
import { instantOf, millis } from "./instants.js";
import { type Judgement, judge } from "./judge.js";
import { isApprovalUnit, type Unit, votesFor } from "./units.js";
import { expiryOf } from "./votes.js";

/** After this many instants at which the verdict was found to hold, the next one is given unseen: early, never late. */
const MAX_LOOKS = 16;

/**
 * The first instant after `now` at which the verdict could change with the facts unchanged; null where it can't. Between two
 * instants at which something begins or ends nothing does, so only those are looked at.
 */
export function validUntil(units: readonly Unit[], facts: Facts, now: number, first: Judgement): string | null {
  let latest = first;
  let looks = 0;
  const turns = new Set(turningPoints(units, facts));
  for (const instant of after(now, [...turns, ...expiries(units, facts)])) {
    if (!turns.has(instant) && !endsAUsedVote(latest, instant)) continue;
    if (++looks > MAX_LOOKS) return instantOf(instant);
    latest = judge(units, facts, instant);
    if (latest.verdict !== first.verdict) return instantOf(instant);
  }
  return null;
}

/**
 * A vote's end matters to a ready plan that rests on it. Elsewhere it doesn't: the person could vote again, so nothing becomes
 * impossible, and nothing that was missing is there.
 */
const endsAUsedVote = ({ verdict, used }: Judgement, instant: number): boolean =>
  verdict === "ready" && [...used].some(({ until }) => until <= instant);

const after = (now: number, instants: readonly number[]): readonly number[] =>
  [...new Set(instants.filter((instant) => instant > now && Number.isFinite(instant)))].sort((a, b) => a - b);

/** Milliseconds since 1970 at which anything but a vote's end happens. */
function turningPoints(units: readonly Unit[], facts: Facts): readonly number[] {
  const { approvals, evidence, plan } = facts.inputs;
  const exceptions = units.flatMap((unit) => exceptionsFor(unit, facts));
  return [
    ...approvals.filter(({ planDigest }) => planDigest === plan.digest).map(({ at }) => millis(at)),
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

const expiries = (units: readonly Unit[], { inputs }: Facts): readonly number[] =>
  units
    .filter(isApprovalUnit)
    .flatMap((unit) => inputs.approvals.filter((vote) => votesFor(vote, unit) === "yes").map((vote) => expiryOf(vote, unit)));
