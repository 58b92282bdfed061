import { byCodeUnit } from "../incidents/canonical.js";
import type { DiscountReason } from "./decision.js";
import type { Facts } from "./facts.js";
import type { Approval } from "./inputs.js";
import { durationMs, millis } from "./instants.js";
import { type Ballot, standingOf } from "./standing.js";
import { type ApprovalUnit, votesFor } from "./units.js";

/** An approval that counts now. */
export interface LiveVote extends Ballot {
  readonly vote: Approval;
  /** Milliseconds since 1970; exclusive. */
  readonly until: number;
}

/** The votes on one requirement at one instant. */
export interface Count {
  readonly unit: ApprovalUnit;
  readonly approvals: readonly LiveVote[];
  /** Persons whose eligible reject stands. */
  readonly vetoes: readonly string[];
  readonly discounts: ReadonlyMap<Approval, DiscountReason>;
}

/** What one person has said so far on one requirement. */
interface Voice {
  approvals: LiveVote[];
  rejects: Approval[];
}

const RANK = { approve: 0, revoke: 1, reject: 2 } as const;

/** Earliest first; at one instant the more careful word is the last one. */
const inOrder = (a: Approval, b: Approval): number =>
  byCodeUnit(a.at, b.at) || RANK[a.verdict] - RANK[b.verdict] || byCodeUnit(a.id, b.id);

/** When an approval of this requirement stops counting. */
export function expiryOf(vote: Approval, { control }: ApprovalUnit): number {
  const lasts = millis(vote.at) + durationMs(control.require.approval.expiresAfter)!;
  return vote.expiresAt === undefined ? lasts : Math.min(lasts, millis(vote.expiresAt));
}

/** Plays the votes that mean this unit in the order of their instants. */
export function countVotes(unit: ApprovalUnit, facts: Facts, now: number): Count {
  const voices = new Map<string, Voice>();
  const discounts = new Map<Approval, DiscountReason>();
  const discount = (vote: Approval, reason: DiscountReason): void => void discounts.set(vote, reason);
  for (const vote of facts.inputs.approvals.filter((each) => votesFor(each, unit) !== "no").sort(inOrder)) {
    const unbound = bindingProblem(vote, unit, facts, now);
    const voter = facts.personOf(vote.account);
    if (unbound || voter === undefined) discount(vote, unbound ?? "identity-unresolved");
    else speak(vote, unit, facts, now, voiceOf(voices, voter), discount);
  }
  return {
    unit,
    approvals: [...voices.values()].flatMap(({ approvals }) => approvals),
    vetoes: [...voices].filter(([, { rejects }]) => rejects.length > 0).map(([person]) => person),
    discounts,
  };
}

function bindingProblem(vote: Approval, unit: ApprovalUnit, facts: Facts, now: number): DiscountReason | undefined {
  if (vote.planDigest !== facts.inputs.plan.digest) return "plan-changed";
  if (votesFor(vote, unit) === "other-wording") return "requirement-changed";
  return millis(vote.at) > now ? "not-yet" : undefined;
}

function voiceOf(voices: Map<string, Voice>, person: string): Voice {
  const voice = voices.get(person) ?? { approvals: [], rejects: [] };
  voices.set(person, voice);
  return voice;
}

type DiscountVote = (vote: Approval, reason: DiscountReason) => void;

function speak(vote: Approval, unit: ApprovalUnit, facts: Facts, now: number, voice: Voice, discount: DiscountVote): void {
  if (vote.verdict === "revoke") return revoke(vote, unit, voice, discount);
  const ballot = standingOf(vote, unit, facts, now);
  if (vote.verdict === "reject") return reject(vote, ballot, voice, discount);
  if (typeof ballot === "string") return discount(vote, ballot);
  if (isTooLow(vote, unit)) return discount(vote, "assurance-too-low");
  const until = expiryOf(vote, unit);
  if (now >= until) return discount(vote, "expired");
  voice.approvals.push({ ...ballot, vote, until });
}

/** Anyone may take back an approval, member still or not; lifting a veto takes what an approval takes. */
function revoke(vote: Approval, unit: ApprovalUnit, voice: Voice, discount: DiscountVote): void {
  if (voice.rejects.length > 0 && isTooLow(vote, unit)) return discount(vote, "assurance-too-low");
  for (const earlier of voice.rejects) discount(earlier, "revoked");
  withdrawApprovals(voice, discount);
  voice.rejects = [];
}

/** A reject takes back the person's own approval in any case; it vetoes only where that person could have approved. */
function reject(vote: Approval, ballot: Ballot | DiscountReason, voice: Voice, discount: DiscountVote): void {
  withdrawApprovals(voice, discount);
  if (typeof ballot === "string") discount(vote, ballot);
  else voice.rejects.push(vote);
}

function withdrawApprovals(voice: Voice, discount: DiscountVote): void {
  for (const { vote } of voice.approvals) discount(vote, "revoked");
  voice.approvals = [];
}

const isTooLow = (vote: Approval, { control }: ApprovalUnit): boolean =>
  control.require.approval.assurance === "passkey" && vote.assurance !== "passkey";
