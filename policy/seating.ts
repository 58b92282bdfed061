import { type Assignment, assign } from "./assignment.js";
import type { Facts } from "./facts.js";
import { distinct, groupName, isMember, votersOf } from "./people.js";
import { type ApprovalUnit, seatsOf } from "./units.js";
import type { Count, LiveVote } from "./votes.js";

/** Who sits where over all requirements together: one person, one seat. */
export interface Seating {
  readonly units: readonly SeatedUnit[];
  /** The votes that fill a seat. */
  readonly used: ReadonlySet<LiveVote>;
  /** Delegates' votes that don't count, since delegate or principal is counted otherwise. */
  readonly passedOver: readonly { readonly vote: LiveVote; readonly unit: ApprovalUnit }[];
}

export interface SeatedUnit {
  readonly unit: ApprovalUnit;
  /** Persons whose votes fill its seats. Sorted. */
  readonly by: readonly string[];
  readonly missing: number;
  /** Groups of the seats that no vote fills. */
  readonly from: readonly string[];
  /** Someone could vote for each missing seat. */
  readonly satisfiable: boolean;
  /** Who could bring a decision one vote nearer. Sorted. Computed when asked. */
  readonly eligible: () => readonly string[];
}

const VOTED = 0;
const COULD_VOTE = 1;
const NOBODY = 100;
/** More than any sum of the others: a pair that isn't one. */
const NEVER = 1_000_000;
/** Each combination of delegates' votes is an assignment of its own; more delegates than this are not counted. */
const MAX_PROXIES = 6;

interface Row {
  readonly count: Count;
  readonly group: string;
}

/** Someone who may take one seat: a person, or a delegate's vote, which takes up delegate and principal. */
interface Sitter {
  readonly persons: readonly string[];
}

/** @param counts the votes of each requirement that applies. */
export function seat(counts: readonly Count[], facts: Facts, now: number): Seating {
  const rows = counts.flatMap((count) => seatsOf(count.unit).map((group): Row => ({ count, group })));
  const proxies = proxiesOf(counts);
  const best = combinations(proxies)
    .map((used) => solve(rows, counts, used, facts))
    .reduce((a, b) => (b.assignment.cost < a.assignment.cost ? b : a));
  return seatingOf(best, counts, proxies, (members, unit) => delegatesOf(members, unit, facts, now));
}

interface Proxy {
  readonly voter: string;
  readonly principal: string;
}

const isProxyVote = ({ voter, principal }: LiveVote, proxy: Proxy): boolean =>
  voter === proxy.voter && principal === proxy.principal;

function proxiesOf(counts: readonly Count[]): readonly Proxy[] {
  const votes = counts.flatMap(({ approvals }) => approvals.filter(({ principal }) => principal !== undefined));
  const keys = distinct(votes.map(({ voter, principal }) => JSON.stringify([voter, principal])));
  return keys.slice(0, MAX_PROXIES).map((key) => {
    const [voter, principal] = JSON.parse(key) as [string, string];
    return { voter, principal };
  });
}

/** Every set of delegates' votes in which nobody is taken up twice, smallest first: on equal cost a member's own vote goes first. */
function combinations(proxies: readonly Proxy[]): readonly (readonly Proxy[])[] {
  const sets = Array.from({ length: 2 ** proxies.length }, (_, bits) => proxies.filter((_, i) => (bits >> i) & 1));
  const once = (set: readonly Proxy[]): boolean =>
    new Set(set.flatMap(({ voter, principal }) => [voter, principal])).size === set.length * 2;
  return sets.filter(once).sort((a, b) => a.length - b.length);
}

interface Solved {
  readonly rows: readonly Row[];
  readonly sitters: readonly Sitter[];
  readonly costs: readonly (readonly number[])[];
  readonly assignment: Assignment;
}

/** Columns: sitters, then each requirement's seats that may stay empty at no cost, then a nobody for each row. */
function solve(rows: readonly Row[], counts: readonly Count[], used: readonly Proxy[], facts: Facts): Solved {
  const sitters = sittersOf(rows, used, facts);
  const columnOf = new Map(sitters.map(({ persons }, column) => [sitterKey(persons[0]!, persons[1]), column]));
  const spare = counts.flatMap((count) => Array<Count>(seatsOf(count.unit).length - needed(count)).fill(count));
  const costs = rows.map((row, i) => [
    ...sitterCosts(row, columnOf, facts),
    ...spare.map((count) => (count === row.count ? 0 : NEVER)),
    ...rows.map((_, j) => (i === j ? Math.max(NOBODY, rows.length + 1) : NEVER)),
  ]);
  return { rows, sitters, costs, assignment: assign(costs) };
}

const needed = ({ unit }: Count): number => unit.control.require.approval.count;

function sittersOf(rows: readonly Row[], used: readonly Proxy[], { people }: Facts): readonly Sitter[] {
  const taken = new Set(used.flatMap(({ voter, principal }) => [voter, principal]));
  const groups = distinct(rows.map(({ group }) => group));
  const persons = distinct(groups.flatMap((group) => votersOf(people, group))).filter((person) => !taken.has(person));
  return [
    ...persons.map((person) => ({ persons: [person] })),
    ...used.map(({ voter, principal }) => ({ persons: [voter, principal] })),
  ];
}

/** A vote whose persons sit otherwise in this combination has no column. */
function sitterCosts(
  { count, group }: Row,
  columnOf: ReadonlyMap<string, number>,
  { people }: Facts,
): readonly number[] {
  const costs: number[] = Array(columnOf.size).fill(NEVER);
  const set = (column: number | undefined, cost: number): void => {
    if (column !== undefined) costs[column] = cost;
  };
  for (const person of votersOf(people, group)) set(columnOf.get(sitterKey(person, undefined)), COULD_VOTE);
  for (const { voter, principal, groups } of count.approvals)
    if (groups.includes(group)) set(columnOf.get(sitterKey(voter, principal)), VOTED);
  return costs;
}

const sitterKey = (voter: string, principal: string | undefined): string =>
  principal === undefined ? voter : `${voter}\u0000${principal}`;

const directVotes = ({ approvals }: Count): readonly LiveVote[] =>
  approvals.filter(({ principal }) => principal === undefined);

/** The persons who hold a delegation from one of these for a group of the unit. */
type Delegates = (members: readonly string[], unit: ApprovalUnit) => readonly string[];

function seatingOf(solved: Solved, counts: readonly Count[], proxies: readonly Proxy[], delegates: Delegates): Seating {
  const seated = new Set(solved.rows.flatMap((_, row) => filledBy(solved, row)?.persons ?? []));
  const used = new Set(solved.rows.flatMap((row, i) => votesBehind(row, filledBy(solved, i))));
  return {
    units: counts.map((count) => seatedUnit(solved, count, seated, delegates)),
    used,
    passedOver: counts.flatMap((count) => passedOver(count, counts, used, proxies)),
  };
}

/** Who fills a row with a vote already given. */
function filledBy({ sitters, costs, assignment }: Solved, row: number): Sitter | undefined {
  const column = assignment.columnOf[row]!;
  return costs[row]![column] === VOTED ? sitters[column] : undefined;
}

function votesBehind({ count, group }: Row, sitter: Sitter | undefined): readonly LiveVote[] {
  if (!sitter) return [];
  const [voter, principal] = sitter.persons;
  const votes =
    principal === undefined ? directVotes(count).filter((vote) => vote.voter === voter) : proxyVotes(count, sitter);
  return votes.filter(({ groups }) => groups.includes(group));
}

const proxyVotes = ({ approvals }: Count, { persons: [voter, principal] }: Sitter): readonly LiveVote[] =>
  approvals.filter((vote) => isProxyVote(vote, { voter: voter!, principal: principal! }));

function seatedUnit(solved: Solved, count: Count, seated: ReadonlySet<string>, delegates: Delegates): SeatedUnit {
  const { rows, sitters, costs, assignment } = solved;
  const own = rows.flatMap((row, i) => (row.count === count ? [i] : []));
  const price = (row: number): number => costs[row]![assignment.columnOf[row]!]!;
  const open = own.filter((row) => filledBy(solved, row) === undefined);
  const missing = own.filter((row) => price(row) > 0);
  return {
    unit: count.unit,
    by: distinct(own.flatMap((row) => filledBy(solved, row)?.persons[0] ?? [])),
    missing: missing.length,
    from: distinct(open.map((row) => rows[row]!.group)),
    satisfiable: missing.every((row) => price(row) === COULD_VOTE),
    eligible: () => {
      const could = own.flatMap((row) => assignment.optimalColumns(row).filter((j) => costs[row]![j] === COULD_VOTE));
      const members = could.map((column) => sitters[column]!.persons[0]!);
      return distinct([...members, ...delegates(members, count.unit).filter((person) => !seated.has(person))]);
    },
  };
}

function delegatesOf(
  members: readonly string[],
  unit: ApprovalUnit,
  { people, delegations }: Facts,
  now: number,
): readonly string[] {
  const eligible = new Set(members);
  const mayVote = (person: string): boolean =>
    people.humans.has(person) && people.active.has(person) && !people.conflicted.has(person);
  const groups = (from: string): readonly string[] => seatsOf(unit).filter((group) => isMember(people, from, group));
  return delegations
    .filter(({ from, to, start, end }) => eligible.has(from) && mayVote(to) && start <= now && now < end)
    .filter((delegation) => groups(delegation.from).some((group) => delegation.groups.has(groupName(group))))
    .map(({ to }) => to);
}

function passedOver(
  count: Count,
  counts: readonly Count[],
  used: ReadonlySet<LiveVote>,
  proxies: readonly Proxy[],
): Seating["passedOver"] {
  const all = counts.flatMap(({ approvals }) => approvals);
  const touches = (vote: LiveVote, other: LiveVote): boolean =>
    [other.voter, other.principal].some(
      (person) => person !== undefined && (person === vote.voter || person === vote.principal),
    );
  const counted = (vote: LiveVote): boolean =>
    all.some((other) => other !== vote && used.has(other) && touches(vote, other));
  return count.approvals
    .filter((vote) => vote.principal !== undefined && !used.has(vote))
    .filter((vote) => counted(vote) || !proxies.some((proxy) => isProxyVote(vote, proxy)))
    .map((vote) => ({ vote, unit: count.unit }));
}
