import { byCodeUnit } from "../incidents/canonical.js";
import type { Discount, DiscountReason } from "./decision.js";
import type { Approval, Inputs } from "./inputs.js";
import type { Seating } from "./seating.js";
import { votesFor } from "./units.js";
import type { Count } from "./votes.js";

/** The votes that count nowhere, each with its reason. Sorted by approval, then requirement. */
export function discountsOf(
  { approvals, plan }: Inputs,
  counts: readonly Count[],
  { passedOver }: Seating,
): readonly Discount[] {
  const discounts = approvals.flatMap((vote): Discount[] => {
    const reason = reasonFor(vote, plan.digest, counts, passedOver);
    return reason ? [{ approval: vote.id, requirement: vote.requirement, reason }] : [];
  });
  const distinct = new Map(discounts.map((each) => [JSON.stringify(each), each]));
  return [...distinct].sort(([a], [b]) => byCodeUnit(a, b)).map(([, each]) => each);
}

/** A vote may mean two wordings of one requirement; it is discounted where it counts for neither. */
function reasonFor(
  vote: Approval,
  planDigest: string,
  counts: readonly Count[],
  passedOver: Seating["passedOver"],
): DiscountReason | undefined {
  const meant = counts.filter(({ unit }) => votesFor(vote, unit) !== "no");
  if (meant.length === 0) return vote.planDigest === planDigest ? "requirement-changed" : "plan-changed";
  const reasons = meant.map((count) => count.discounts.get(vote) ?? passedOverReason(vote, count, passedOver));
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

const passedOverReason = (
  vote: Approval,
  { unit }: Count,
  passedOver: Seating["passedOver"],
): DiscountReason | undefined =>
  passedOver.some((each) => each.vote.vote === vote && each.unit === unit) ? "principal-already-counted" : undefined;
