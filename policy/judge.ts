import type { ControlResult, Discount, Missing, Verdict } from "./decision.js";
import { discountsOf } from "./discounts.js";
import { exceptionsFor, holdsAt } from "./exceptions.js";
import type { Facts } from "./facts.js";
import {
  judgeApproval,
  judgeEvidence,
  judgeNoConflict,
  judgeSeparation,
  missingIdentities,
  type Result,
} from "./kinds.js";
import { type Seating, seat } from "./seating.js";
import { isApprovalUnit, type Unit } from "./units.js";
import { type Count, countVotes, type LiveVote } from "./votes.js";
import { type Truth, whenHolds } from "./when.js";

/** What all units say at one instant. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly controls: readonly ControlResult[];
  readonly missing: readonly Missing[];
  readonly discounted: readonly Discount[];
  /** The votes on each requirement that applies and isn't waived, and those that fill a seat. */
  readonly asked: readonly Count[];
  readonly used: ReadonlySet<LiveVote>;
}

/** @param now milliseconds since 1970. */
export function judge(units: readonly Unit[], facts: Facts, now: number): Judgement {
  const counts = new Map(units.filter(isApprovalUnit).map((unit) => [unit.name, countVotes(unit, facts, now)]));
  const applied = units.map((unit) => ({ unit, ...applicability(unit, facts, now, counts.get(unit.name)) }));
  const asked = applied.filter(({ result }) => result === undefined).flatMap(({ unit }) => counts.get(unit.name) ?? []);
  const seating = seat(asked, facts, now);
  const controls = applied.map(({ unit, result }) => ({
    id: unit.name,
    title: unit.control.title,
    ...(result ?? judgeUnit(unit, facts, now, counts.get(unit.name), seating)),
  }));
  const missing = distinctMissing([
    ...controls.flatMap((control) => control.missing ?? []),
    ...missingIdentities(facts),
  ]);
  return {
    verdict: verdictOf(controls, missing),
    controls,
    missing,
    discounted: discountsOf(facts.inputs, [...counts.values()], seating),
    asked,
    used: seating.used,
  };
}

/** A result where the control needs no judging: it doesn't apply, may or may not apply, or is waived. A standing veto isn't waived. */
function applicability(unit: Unit, facts: Facts, now: number, count: Count | undefined): { readonly result?: Result } {
  const holds: Truth = whenHolds(unit.control.when, facts.inputs);
  if (holds.value === false)
    return { result: { outcome: "not-applicable", code: "NOT_APPLICABLE", because: ["Its condition doesn't hold."] } };
  if (holds.value === "unknown") return { result: indeterminate(holds.facts) };
  const vetoed = (count?.vetoes.length ?? 0) > 0;
  if (vetoed || !exceptionsFor(unit, facts).some((exception) => holdsAt(exception, now))) return {};
  return {
    result: { outcome: "waived", code: "EXCEPTION", because: ["An approved exception covers every target now."] },
  };
}

const indeterminate = (facts: readonly { path: string; source: string }[]): Result => ({
  outcome: "indeterminate",
  code: "FACT_UNKNOWN",
  because: facts.map(({ path, source }) => `Whether it applies is unknown: ${source} doesn't give ${path}.`),
  missing: facts.map((fact) => ({ kind: "fact", ...fact })),
});

function judgeUnit(unit: Unit, facts: Facts, now: number, count: Count | undefined, seating: Seating): Result {
  const { require } = unit.control;
  if ("approval" in require) return judgeApproval(count!, seating.units.find((seated) => seated.unit === unit)!);
  if ("evidence" in require) return judgeEvidence(require.evidence, facts, now);
  return "separation" in require ? judgeSeparation(facts) : judgeNoConflict(facts);
}

/** An error never opens a gate: what is neither known nor an approval that someone can still give, blocks. */
function verdictOf(controls: readonly ControlResult[], missing: readonly Missing[]): Verdict {
  if (controls.some(({ outcome }) => outcome === "violated" || outcome === "indeterminate")) return "blocked";
  if (missing.some((each) => each.kind !== "approval" || each.unsatisfiable)) return "blocked";
  return controls.some(({ outcome }) => outcome === "pending") ? "needs-approval" : "ready";
}

function distinctMissing(missing: readonly Missing[]): readonly Missing[] {
  return [...new Map(missing.map((each) => [JSON.stringify(each), each])).values()];
}
