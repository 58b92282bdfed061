import type { Policy } from "./document.js";
import { factsOf } from "./facts.js";
import type { Inputs } from "./inputs.js";
import { distinct, groupName, isMember } from "./people.js";
import { groupsOf } from "./units.js";

/** The names of the groups that a policy asks about: all that a snapshot of the directory needs to hold. Sorted. */
export const groupsRead = (...policies: readonly Policy[]): readonly string[] =>
  distinct(policies.flatMap(({ controls }) => controls.flatMap(({ require }) => groupsOf(require))).map(groupName));

/**
 * What a vote records as `groupsAtApproval`: of the groups that the policies read, those of the person for whom it counts (the
 * voter, or the principal of a delegate's vote) by the directory of these inputs. Empty where that person is unknown. Sorted.
 */
export function groupsAtVote(
  policies: readonly Policy[],
  inputs: Inputs,
  { account, onBehalfOf }: { readonly account: string; readonly onBehalfOf?: string },
): readonly string[] {
  const { people, personOf } = factsOf(inputs);
  const person = personOf(onBehalfOf ?? account);
  return person === undefined ? [] : groupsRead(...policies).filter((group) => isMember(people, person, group));
}
