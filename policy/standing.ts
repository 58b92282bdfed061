import type { DiscountReason } from "./decision.js";
import type { DatedVote, Facts } from "./facts.js";
import type { Approval } from "./inputs.js";
import { groupName, isMember } from "./people.js";
import { type ApprovalUnit, groupsOf } from "./units.js";

/** Who votes, for whom, and for which groups of the requirement they may. */
export interface Ballot {
  readonly voter: string;
  /** Set on a delegate's vote: the member for whom it counts. */
  readonly principal?: string;
  /** Never empty. */
  readonly groups: readonly string[];
}

/** Whether the voter may speak on this requirement, then and now; the reason where not. */
export function standingOf(
  { vote, at, voter }: DatedVote,
  unit: ApprovalUnit,
  facts: Facts,
  now: number,
): Ballot | DiscountReason {
  if (voter === undefined) return "identity-unresolved";
  const principal = vote.onBehalfOf === undefined ? voter : facts.personOf(vote.onBehalfOf);
  if (principal === undefined) return "delegation-invalid";
  const groups = groupsOf(unit.control.require);
  const unfit = unfitness(voter, facts) ?? (principal === voter ? undefined : unfitness(principal, facts));
  if (unfit) return unfit;
  if (principal === voter) return ballot({ voter }, memberThenAndNow(voter, groups, vote, facts));
  const delegated = groups.filter((group) => isDelegated(principal, voter, group, [at, now], facts));
  if (delegated.length === 0) return "delegation-invalid";
  return ballot({ voter, principal }, memberThenAndNow(principal, delegated, vote, facts));
}

const ballot = (who: Omit<Ballot, "groups">, groups: readonly string[]): Ballot | DiscountReason =>
  groups.length > 0 ? { ...who, groups } : "not-a-member";

function unfitness(person: string, { people }: Facts): DiscountReason | undefined {
  if (!people.humans.has(person)) return "not-a-person";
  if (!people.active.has(person)) return "inactive";
  return people.conflicted.has(person) ? "conflict-of-duties" : undefined;
}

/** A vote that doesn't say which groups its voter had is judged by the directory alone. */
function memberThenAndNow(person: string, groups: readonly string[], vote: Approval, facts: Facts): readonly string[] {
  const then = vote.groupsAtApproval?.map(groupName);
  return groups.filter((group) => isMember(facts.people, person, group) && (then?.includes(groupName(group)) ?? true));
}

/** Directly delegated by the member at each of the instants; a delegate delegates nothing on. */
export const isDelegated = (
  from: string,
  to: string,
  group: string,
  instants: readonly number[],
  facts: Facts,
): boolean =>
  instants.every((instant) =>
    facts.delegations.some(
      (each) =>
        each.from === from &&
        each.to === to &&
        each.groups.has(groupName(group)) &&
        each.start <= instant &&
        instant < each.end,
    ),
  );
