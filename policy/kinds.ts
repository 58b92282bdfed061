import type { ControlResult, Missing } from "./decision.js";
import type { EvidenceRequirement } from "./document.js";
import { type Found, findEvidence } from "./evidence.js";
import type { Facts } from "./facts.js";
import { distinct } from "./people.js";
import type { SeatedUnit } from "./seating.js";
import type { Count } from "./votes.js";
import { whenHolds } from "./when.js";

/** What a control says of a plan: a ControlResult without its name. */
export type Result = Omit<ControlResult, "id" | "title">;

/** Sentences name groups and counts, never persons. */
const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

export function judgeApproval(count: Count, seated: SeatedUnit): Result {
  if (count.vetoes.length > 0) {
    const because = [`${plural(count.vetoes.length, "eligible person")} rejected this plan and did not withdraw it.`];
    return { outcome: "violated", code: "REJECTED", because, by: distinct(count.vetoes) };
  }
  const given = `${plural(seated.by.length, "vote")} of ${count.unit.control.require.approval.count} given.`;
  if (seated.missing === 0) return { outcome: "satisfied", code: "SATISFIED", because: [given], by: seated.by };
  return pendingApproval(seated, given);
}

function pendingApproval(seated: SeatedUnit, given: string): Result {
  const { missing: count, from, satisfiable } = seated;
  const wanted = `${plural(count, "more vote")} needed from ${from.join(" or ")}.`;
  const nobody =
    "Not enough people are left who may give them: nobody takes two seats, and no author, requester or executor approves.";
  const missing: Missing = {
    kind: "approval",
    requirement: seated.unit.name,
    count,
    from,
    eligible: seated.eligible(),
    unsatisfiable: !satisfiable,
  };
  const because = satisfiable ? [given, wanted] : [given, wanted, nobody];
  return {
    outcome: "pending",
    code: satisfiable ? "APPROVAL_PENDING" : "NOBODY_LEFT",
    because,
    by: seated.by,
    missing: [missing],
  };
}

interface Item {
  readonly wanted: EvidenceRequirement;
  readonly unknown: readonly { readonly path: string; readonly source: string }[];
  readonly found: Found;
}

export function judgeEvidence(requirements: readonly EvidenceRequirement[], facts: Facts, now: number): Result {
  const items = requirements.flatMap((wanted): Item[] => {
    const holds = whenHolds(wanted.when ?? {}, facts.inputs);
    if (holds.value === false) return [];
    return [{ wanted, unknown: holds.value === "unknown" ? holds.facts : [], found: findEvidence(wanted, facts, now) }];
  });
  const missing = items.flatMap(missingOf);
  const by = distinct(items.flatMap(({ found }) => ("by" in found ? [found.by] : [])));
  const because = items.map(sentence);
  if (missing.some(({ kind }) => kind === "fact"))
    return { outcome: "indeterminate", code: "FACT_UNKNOWN", because, by, missing };
  if (missing.length === 0) return { outcome: "satisfied", code: "SATISFIED", because, by };
  return { outcome: "pending", code: evidenceCode(missing), because, by, missing };
}

/** Where it is unknown whether a piece is wanted, the fact is what is missing, unless the piece is there anyway. */
function missingOf({ wanted, unknown, found }: Item): readonly Missing[] {
  if ("by" in found) return [];
  if (unknown.length > 0) return unknown.map((fact) => ({ kind: "fact", ...fact }));
  return [{ kind: "evidence", type: wanted.type, from: [wanted.from], condition: found.lacking }];
}

function sentence({ wanted, unknown, found }: Item): string {
  if ("by" in found) return `${wanted.type} is there.`;
  if (unknown.length > 0) return `Whether ${wanted.type} is needed is unknown.`;
  return `${wanted.type} from ${wanted.from} is missing: ${found.lacking}.`;
}

const evidenceCode = (missing: readonly Missing[]): string => {
  const first = missing[0]!;
  return first.kind === "evidence"
    ? `EVIDENCE_${first.condition.toUpperCase().replaceAll("-", "_")}`
    : "EVIDENCE_ABSENT";
};

export function judgeSeparation(facts: Facts): Result {
  const { people } = facts;
  const missing = missingIdentities(facts);
  if (missing.length > 0) {
    const because = [
      `${plural(missing.length, "account")} of author, requester or executor can't be told to be one known person.`,
    ];
    return { outcome: "indeterminate", code: "IDENTITY_UNRESOLVED", because, missing };
  }
  if (people.parties.every((person) => people.humans.has(person)))
    return {
      outcome: "satisfied",
      code: "SATISFIED",
      because: ["Author, requester and executor are known persons."],
      by: people.parties,
    };
  const because = ["Author, requester or executor is a service account, not a person."];
  return { outcome: "violated", code: "NOT_A_PERSON", because };
}

/** Blocks any policy: while a party is unknown, nobody can be told not to approve their own plan. */
export const missingIdentities = ({ people }: Facts): readonly Missing[] =>
  people.unresolved.map((account) => ({ kind: "fact", path: `directory.accounts.${account}`, source: "directory" }));

export function judgeNoConflict({ inputs }: Facts): Result {
  if (!inputs.inFlight) {
    const missing: Missing = { kind: "fact", path: "inFlight", source: "locks" };
    const because = ["Whether another action holds a target is unknown."];
    return { outcome: "indeterminate", code: "FACT_UNKNOWN", because, missing: [missing] };
  }
  const held = new Set(inputs.inFlight.flatMap(({ targets }) => targets));
  const busy = distinct(inputs.plan.targets.map(({ id }) => id)).filter((id) => held.has(id));
  if (busy.length === 0)
    return { outcome: "satisfied", code: "SATISFIED", because: ["No other action holds a target of this plan."] };
  return { outcome: "violated", code: "TARGET_BUSY", because: busy.map((id) => `Another action holds ${id}.`) };
}
