import { byCodeUnit } from "../incidents/canonical.js";
import type { Approval, Inputs } from "./inputs.js";
import { millis } from "./instants.js";
import { groupName, type People, peopleOf, personOf } from "./people.js";

/** The inputs, read once into what every instant asks of them. */
export interface Facts {
  readonly inputs: Inputs;
  readonly people: People;
  /** In the order of their instants; at one instant the more careful word is the last one. */
  readonly votes: readonly DatedVote[];
  readonly delegations: readonly ResolvedDelegation[];
  /** The one person of an account. */
  readonly personOf: (account: string) => string | undefined;
}

export interface DatedVote {
  readonly vote: Approval;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Undefined where the account doesn't identify one person. */
  readonly voter: string | undefined;
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
  return {
    inputs,
    people,
    votes: votesOf(inputs, person),
    delegations: delegationsOf(inputs, person),
    personOf: person,
  };
}

const RANK = { approve: 0, revoke: 1, reject: 2 } as const;

const votesOf = ({ approvals }: Inputs, personOf: Facts["personOf"]): readonly DatedVote[] =>
  approvals
    .map((vote) => ({ vote, at: millis(vote.at), voter: personOf(vote.account) }))
    .sort((a, b) => a.at - b.at || RANK[a.vote.verdict] - RANK[b.vote.verdict] || byCodeUnit(a.vote.id, b.vote.id));

/** A delegation from or to someone unknown delegates nothing. */
const delegationsOf = ({ directory }: Inputs, personOf: Facts["personOf"]): readonly ResolvedDelegation[] =>
  directory.delegations.flatMap(({ from, to, groups, start, end }) => {
    const [giver, taker] = [personOf(from), personOf(to)];
    if (giver === undefined || taker === undefined || giver === taker) return [];
    return [{ from: giver, to: taker, groups: new Set(groups.map(groupName)), start: millis(start), end: millis(end) }];
  });
