import type { Facts } from "./facts.js";
import type { Exception } from "./inputs.js";
import { millis } from "./instants.js";
import type { Unit } from "./units.js";

/** An exception that could waive this control: it covers every target, and someone without a conflict approved it. */
export const exceptionsFor = ({ control }: Unit, facts: Facts): readonly Exception[] =>
  control.waivable === "never"
    ? []
    : facts.inputs.exceptions.filter(
        (exception) =>
          exception.control === control.id && coversPlan(exception, facts) && isSoundlyApproved(exception, facts),
      );

export const holdsAt = ({ from, until }: Exception, now: number): boolean => millis(from) <= now && now < millis(until);

const coversPlan = ({ targets }: Exception, { inputs }: Facts): boolean =>
  inputs.plan.targets.every(({ id }) => targets.includes(id));

function isSoundlyApproved({ approvedBy }: Exception, { people, personOf }: Facts): boolean {
  const approver = personOf(approvedBy);
  if (approver === undefined) return false;
  return people.humans.has(approver) && people.active.has(approver) && !people.conflicted.has(approver);
}
