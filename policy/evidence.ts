import type { EvidenceCondition } from "./decision.js";
import type { EvidenceRequirement, Party } from "./document.js";
import type { Facts } from "./facts.js";
import type { Evidence } from "./inputs.js";
import { durationMs, millis } from "./instants.js";
import { isMember } from "./people.js";

export type Found = { readonly by: string } | { readonly lacking: EvidenceCondition };

/** From the farthest to the nearest to counting: of several pieces that don't count, the nearest one is reported. */
const CONDITIONS = ["absent", "not-eligible", "other-plan", "unverified", "stale"] as const;

/** Whether some piece of evidence meets the requirement now, and who brought it. */
export function findEvidence(wanted: EvidenceRequirement, facts: Facts, now: number): Found {
  const conditions = facts.inputs.evidence
    .filter(({ type, incident }) => type === wanted.type && incident === facts.inputs.incident.id)
    .map((piece) => ({ piece, lacking: conditionOf(piece, wanted, facts, now) }));
  const bringers = conditions
    .filter(({ lacking }) => lacking === undefined)
    .map(({ piece }) => facts.personOf(piece.by)!);
  if (bringers.length > 0) return { by: bringers.sort()[0]! };
  const nearest = Math.max(0, ...conditions.map(({ lacking }) => CONDITIONS.indexOf(lacking!)));
  return { lacking: CONDITIONS[nearest]! };
}

function conditionOf(
  piece: Evidence,
  wanted: EvidenceRequirement,
  facts: Facts,
  now: number,
): EvidenceCondition | undefined {
  if (millis(piece.at) > now) return "absent";
  if (!mayBring(piece, wanted, facts)) return "not-eligible";
  if (wanted.for === "this-plan" && piece.planDigest !== facts.inputs.plan.digest) return "other-plan";
  if (piece.status !== "verified") return "unverified";
  return now < staleAt(piece, wanted) ? undefined : "stale";
}

/** Milliseconds since 1970; Infinity where age doesn't matter. */
export const staleAt = (piece: Evidence, { maxAge }: EvidenceRequirement): number =>
  maxAge === undefined ? Number.POSITIVE_INFINITY : millis(piece.at) + durationMs(maxAge)!;

/** `role:responder` is any known, active person; a service account is none. */
function mayBring({ by }: Evidence, { from, notBy = [] }: EvidenceRequirement, facts: Facts): boolean {
  const person = facts.personOf(by);
  if (person === undefined || !facts.people.humans.has(person) || !facts.people.active.has(person)) return false;
  if (notBy.some((party) => isParty(person, party, facts))) return false;
  return from === "role:responder" || isMember(facts.people, person, from);
}

function isParty(person: string, party: Party, { inputs: { plan }, people }: Facts): boolean {
  const accounts = {
    "plan.authors": plan.authors,
    "plan.requester": [plan.requestedBy],
    "plan.executor": [plan.executor],
  }[party];
  return accounts.some((account) => people.claims.get(account)?.has(person));
}
