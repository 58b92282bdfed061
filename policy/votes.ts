import type { DiscountReason } from "./decision.js";
import type { DatedVote, Facts } from "./facts.js";
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

/** When an approval of this requirement stops counting. */
export function expiryOf({ vote, at }: DatedVote, { control }: ApprovalUnit): number {
  const lasts = at + durationMs(control.require.approval.expiresAfter)!;
  return vote.expiresAt === undefined ? lasts : Math.min(lasts, millis(vote.expiresAt));
}

/** Plays the votes that mean this unit in the order of their instants. */
export function countVotes(unit: ApprovalUnit, facts: Facts, now: number): Count {
  const voices = new Map<string, Voice>();
  const discounts = new Map<Approval, DiscountReason>();
  const discount = (vote: Approval, reason: DiscountReason): void => void discounts.set(vote, reason);
  for (const dated of facts.votes.filter(({ vote }) => votesFor(vote, unit) !== "no")) {
    const unbound = bindingProblem(dated, unit, facts, now);
    if (unbound || dated.voter === undefined) discount(dated.vote, unbound ?? "identity-unresolved");
    else speak(dated, unit, facts, now, voiceOf(voices, dated.voter), discount);
  }
  return {
    unit,
    approvals: [...voices.values()].flatMap(({ approvals }) => approvals),
    vetoes: [...voices].filter(([, { rejects }]) => rejects.length > 0).map(([person]) => person),
    discounts,
  };
}

function bindingProblem(
  { vote, at }: DatedVote,
  unit: ApprovalUnit,
  facts: Facts,
  now: number,
): DiscountReason | undefined {
  if (vote.planDigest !== facts.inputs.plan.digest) return "plan-changed";
  if (votesFor(vote, unit) === "other-wording") return "requirement-changed";
  return at > now ? "not-yet" : undefined;
}

function voiceOf(voices: Map<string, Voice>, person: string): Voice {
  const voice = voices.get(person) ?? { approvals: [], rejects: [] };
  voices.set(person, voice);
  return voice;
}

type DiscountVote = (vote: Approval, reason: DiscountReason) => void;

function speak(
  dated: DatedVote,
  unit: ApprovalUnit,
  facts: Facts,
  now: number,
  voice: Voice,
  discount: DiscountVote,
): void {
  const { vote } = dated;
  if (vote.verdict === "revoke") revoke(vote, unit, voice, discount);
  else {
    const ballot = standingOf(dated, unit, facts, now);
    if (vote.verdict === "reject") reject(vote, ballot, voice, discount);
    else approve(dated, unit, now, ballot, voice, discount);
  }
}

function approve(
  dated: DatedVote,
  unit: ApprovalUnit,
  now: number,
  ballot: Ballot | DiscountReason,
  voice: Voice,
  discount: DiscountVote,
): void {
  const { vote } = dated;
  const until = expiryOf(dated, unit);
  if (typeof ballot === "string") discount(vote, ballot);
  else if (isTooLow(vote, unit)) discount(vote, "assurance-too-low");
  else if (now >= until) discount(vote, "expired");
  else voice.approvals.push({ ...ballot, vote, until });
}

/** Anyone may take back an approval, member still or not; lifting a veto takes what an approval takes. */
function revoke(vote: Approval, unit: ApprovalUnit, voice: Voice, discount: DiscountVote): void {
  if (voice.rejects.length > 0 && isTooLow(vote, unit)) {
    discount(vote, "assurance-too-low");
    return;
  }
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
