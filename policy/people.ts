import { byCodeUnit } from "../incidents/canonical.js";
import type { Inputs } from "./inputs.js";

/** The directory, turned round: from accounts to persons, from groups to those who may vote for them. */
export interface People {
  /** Persons who claim an account; a person's id is an account of theirs too. One claim identifies, none or two don't. */
  readonly claims: ReadonlyMap<string, ReadonlySet<string>>;
  readonly groupsOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly humans: ReadonlySet<string>;
  readonly active: ReadonlySet<string>;
  /** Who authored, requested or executes the plan, with everyone who claims such an account. */
  readonly conflicted: ReadonlySet<string>;
  /** Accounts of authors, requester and executor that don't identify one person. Sorted. */
  readonly unresolved: readonly string[];
  /** Persons identified as author, requester or executor. Sorted. */
  readonly parties: readonly string[];
  /** Active persons without a conflict, by group. Sorted. */
  readonly votersOf: ReadonlyMap<string, readonly string[]>;
}

export function peopleOf({ directory, plan }: Inputs): People {
  const entries = Object.entries(directory.people).sort(([a], [b]) => byCodeUnit(a, b));
  const claims = claimsOf(entries.map(([id, person]) => [id, person.accounts] as const));
  const accounts = distinct([
    plan.requestedBy,
    ...plan.authors,
    ...(plan.executor === "system" ? [] : [plan.executor]),
  ]);
  const conflicted = new Set(accounts.flatMap((account) => [...(claims.get(account) ?? [])]));
  const humans = new Set(entries.filter(([, person]) => person.kind !== "service").map(([id]) => id));
  const active = new Set(entries.filter(([, person]) => person.active).map(([id]) => id));
  const voters = entries.filter(([id]) => humans.has(id) && active.has(id) && !conflicted.has(id));
  return {
    claims,
    groupsOf: new Map(entries.map(([id, person]) => [id, new Set(person.groups.map(groupName))])),
    humans,
    active,
    conflicted,
    unresolved: accounts.filter((account) => claims.get(account)?.size !== 1),
    parties: distinct(accounts.flatMap((account) => personOf(claims, account) ?? [])),
    votersOf: gather(
      voters.flatMap(([id, person]) => distinct(person.groups.map(groupName)).map((group) => [group, id] as const)),
    ),
  };
}

/** The one person of an account; undefined where nobody or more than one claims it. */
export function personOf(claims: People["claims"], account: string): string | undefined {
  const claimants = claims.get(account);
  return claimants?.size === 1 ? [...claimants][0] : undefined;
}

export const isMember = (people: People, person: string, group: string): boolean =>
  people.groupsOf.get(person)?.has(groupName(group)) ?? false;

/** `group:sre` in a policy is `sre` in a directory; facts that write the prefix too are understood. */
export const groupName = (group: string): string => group.replace(/^group:/, "");

export const votersOf = (people: People, group: string): readonly string[] =>
  people.votersOf.get(groupName(group)) ?? [];

export const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort(byCodeUnit);

function claimsOf(entries: readonly (readonly [string, readonly string[]])[]): Map<string, Set<string>> {
  const claims = new Map<string, Set<string>>();
  for (const [person, accounts] of entries)
    for (const account of [person, ...accounts]) claims.set(account, (claims.get(account) ?? new Set()).add(person));
  return claims;
}

function gather(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    const list = lists.get(key);
    if (list) list.push(value);
    else lists.set(key, [value]);
  }
  return lists;
}
