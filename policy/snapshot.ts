import { byCodeUnit } from "../incidents/canonical.js";
import type { RecordedFacts } from "../incidents/facts.js";
import type { Policy, TargetWhen, When } from "./document.js";
import type { InFlight, Inputs, Person, Target } from "./inputs.js";
import { groupsRead } from "./reads.js";

/** Facts that no event holds, as the directory, the catalogue and the locks give them at one instant. */
export interface OutsideFacts {
  readonly at: string;
  readonly asOf: string;
  readonly people: readonly {
    readonly id: string;
    readonly groups: readonly string[];
    readonly active: boolean;
    readonly kind: "human" | "service";
  }[];
  readonly targets: readonly Target[];
  readonly inFlight: readonly InFlight[];
}

/**
 * The inputs of one evaluation: what the record holds, joined with outside facts, and no more of these than the policies read, so
 * that a receipt shows nobody's other groups. Whoever the plan or a vote names is in it, and every member of a group that is read.
 */
export function snapshotInputs(policies: readonly Policy[], recorded: RecordedFacts, outside: OutsideFacts): Inputs {
  const groups = new Set(groupsRead(...policies));
  const tags = tagsRead(policies);
  const named = peopleNamed(recorded);
  const people = outside.people
    .map((person) => ({ ...person, groups: person.groups.filter((group) => groups.has(group)).sort(byCodeUnit) }))
    .filter((person) => named.has(person.id) || person.groups.length > 0)
    .sort((a, b) => byCodeUnit(a.id, b.id));
  return {
    at: outside.at,
    incident: recorded.incident,
    plan: { ...recorded.plan, targets: recorded.plan.targets.map(({ id }) => catalogued(id, outside.targets, tags)) },
    approvals: recorded.approvals,
    evidence: recorded.evidence,
    directory: {
      asOf: outside.asOf,
      people: Object.fromEntries(people.map((person) => [person.id, asDirectory(person)])),
      delegations: [],
    },
    calendars: {},
    exceptions: [],
    inFlight: [...outside.inFlight].sort((a, b) => byCodeUnit(a.id, b.id)),
    breakGlass: null,
    overdueReviews: [],
  };
}

const asDirectory = ({ id, groups, active, kind }: OutsideFacts["people"][number]): Person => ({
  accounts: [id],
  groups,
  active,
  kind,
});

/** A target that the catalogue doesn't list keeps its id alone: its environment, tier and tags are unknown. */
function catalogued(id: string, targets: readonly Target[], tagsWanted: ReadonlySet<string>): Target {
  const known = targets.find((target) => target.id === id);
  if (!known) return { id };
  const { env, tier, tags } = known;
  return {
    id,
    ...(env === undefined ? {} : { env }),
    ...(tier === undefined ? {} : { tier }),
    ...(tags === undefined ? {} : { tags: tags.filter((tag) => tagsWanted.has(tag)).sort(byCodeUnit) }),
  };
}

const peopleNamed = ({ plan, approvals, evidence }: RecordedFacts): ReadonlySet<string> =>
  new Set([
    plan.requestedBy,
    plan.executor,
    ...plan.authors,
    ...approvals.flatMap((vote) => [vote.account, vote.onBehalfOf ?? vote.account]),
    ...evidence.map((item) => item.by),
  ]);

function tagsRead(policies: readonly Policy[]): ReadonlySet<string> {
  const whens = policies.flatMap((policy) =>
    policy.controls.flatMap((control) => [control.when, ...evidenceWhens(control.require)]),
  );
  return new Set(whens.flatMap((when) => (when.anyTarget as TargetWhen | undefined)?.tags ?? []));
}

const evidenceWhens = (require: Policy["controls"][number]["require"]): readonly When[] =>
  "evidence" in require ? require.evidence.flatMap((item) => (item.when ? [item.when] : [])) : [];
