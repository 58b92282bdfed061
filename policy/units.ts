import { byCodeUnit, canonicalText } from "../incidents/canonical.js";
import { digestOfRequire } from "./digests.js";
import type { ApprovalRequirement, Control, Policy, Require } from "./document.js";

/** A control as it is judged: one of the active policy, or one of the pinned policy that the active one words otherwise. */
export interface Unit {
  /** The control's id, with `@pinned` where only the pinned policy has this wording. */
  readonly name: string;
  readonly control: Control;
  /** Other names under which a vote may mean this unit. */
  readonly aliases: readonly string[];
  readonly requirementDigest: string;
}

export type ApprovalUnit = Unit & {
  readonly control: { readonly require: { readonly approval: ApprovalRequirement } };
};

/** The union of both policies' controls, sorted by name: a control with the same id and text counts once. */
export function unitsOf(active: Policy, pinned: Policy | undefined): readonly Unit[] {
  const texts = new Map(active.controls.map((control) => [control.id, textOf(control)]));
  const stricter = (pinned?.controls ?? []).filter((control) => texts.get(control.id) !== textOf(control));
  const units = [
    ...active.controls.map((control) => unit(control, control.id, [])),
    ...stricter.map((control) => unit(control, `${control.id}@pinned`, texts.has(control.id) ? [] : [control.id])),
  ];
  return units.sort((a, b) => byCodeUnit(a.name, b.name));
}

const unit = (control: Control, name: string, aliases: readonly string[]): Unit => ({
  name,
  control,
  aliases,
  requirementDigest: digestOfRequire(control.require),
});

/** A title is for people: changing it makes no second control. */
const textOf = ({ title: _, ...meaning }: Control): string => canonicalText(meaning);

export const isApprovalUnit = (unit: Unit): unit is ApprovalUnit => "approval" in unit.control.require;

/** The groups of a unit's seats; `count` of them must be filled. */
export const seatsOf = ({ control }: ApprovalUnit): readonly string[] => {
  const { approval } = control.require;
  return "seats" in approval ? approval.seats : Array.from({ length: approval.count }, () => approval.from);
};

export const groupsOf = (require: Require): readonly string[] => {
  if ("approval" in require) return "seats" in require.approval ? require.approval.seats : [require.approval.from];
  return "evidence" in require
    ? require.evidence.map(({ from }) => from).filter((from) => from.startsWith("group:"))
    : [];
};

/**
 * Whether a vote means this unit: by its name, or by the name of a control together with this wording of it. The wording must be
 * the same wherever the vote gives one.
 */
export function votesFor(
  vote: { requirement: string; requirementDigest?: string },
  unit: Unit,
): "yes" | "other-wording" | "no" {
  const sameWording = vote.requirementDigest === unit.requirementDigest;
  if (vote.requirement === unit.name || unit.aliases.includes(vote.requirement))
    return sameWording || vote.requirementDigest === undefined ? "yes" : "other-wording";
  return vote.requirement === unit.control.id && sameWording ? "yes" : "no";
}
