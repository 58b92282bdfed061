import type { Inputs } from "./inputs.js";
import { millis } from "./instants.js";
import { groupName, type People, peopleOf, personOf } from "./people.js";

/** The inputs, read once into what every instant asks of them. */
export interface Facts {
  readonly inputs: Inputs;
  readonly people: People;
  readonly delegations: readonly ResolvedDelegation[];
  /** The one person of an account. */
  readonly personOf: (account: string) => string | undefined;
}

export interface ResolvedDelegation {
  readonly from: string;
  readonly to: string;
  readonly groups: ReadonlySet<string>;
  /** Milliseconds since 1970, half-open. */
  readonly start: number;
  readonly end: number;
}

/** @throws {PolicyInputError} `BAD_TIME` where any instant isn't one. */
export function factsOf(inputs: Inputs): Facts {
  const people = peopleOf(inputs);
  const person = (account: string): string | undefined => personOf(people.claims, account);
  return { inputs, people, delegations: delegationsOf(inputs, person), personOf: person };
}

/** A delegation from or to someone unknown delegates nothing. */
const delegationsOf = ({ directory }: Inputs, personOf: Facts["personOf"]): readonly ResolvedDelegation[] =>
  directory.delegations.flatMap(({ from, to, groups, start, end }) => {
    const [giver, taker] = [personOf(from), personOf(to)];
    if (giver === undefined || taker === undefined || giver === taker) return [];
    return [{ from: giver, to: taker, groups: new Set(groups.map(groupName)), start: millis(start), end: millis(end) }];
  });
