import { RISKS } from "../incidents/vocabulary.js";
import type { TargetWhen, When } from "./document.js";
import { STATUSES } from "./grammar.js";
import type { Inputs, Target } from "./inputs.js";

/** Kleene's three values; an unknown one names the facts that would settle it. */
export type Truth = { readonly value: true | false } | { readonly value: "unknown"; readonly facts: readonly Fact[] };
export type Fact = { readonly path: string; readonly source: string };

const YES: Truth = { value: true };
const NO: Truth = { value: false };
const truth = (holds: boolean): Truth => (holds ? YES : NO);
const unknown = (path: string, source: string): Truth => ({ value: "unknown", facts: [{ path, source }] });

/** Whether a condition holds for these facts. An empty condition always does. */
export function whenHolds(when: When, { incident, plan }: Inputs): Truth {
  const { "incident.severity": severity, "incident.class": kind, "incident.status": status, "plan.risk": risk } = when;
  return and([
    severity ? truth(severity.includes(incident.severity)) : YES,
    kind ? truth(kind.includes(incident.class)) : YES,
    status ? amongKnown(status, incident.status, STATUSES, "incident.status", "incident") : YES,
    risk ? amongKnown(risk, plan.risk, RISKS, "plan.risk", "plan") : YES,
    when.anyTarget ? or(plan.targets.map((target) => targetMeets(when.anyTarget!, target))) : YES,
  ]);
}

/** A word that semantics 1 doesn't know says nothing: it must not slip past a list that couldn't name it. */
const amongKnown = (
  wanted: readonly string[],
  actual: string,
  known: readonly string[],
  path: string,
  source: string,
): Truth => (known.includes(actual) ? truth(wanted.includes(actual)) : unknown(path, source));

function targetMeets({ env, tier, tags }: TargetWhen, target: Target): Truth {
  const attribute = (
    wanted: readonly unknown[] | undefined,
    name: "env" | "tier" | "tags",
    holds: () => boolean,
  ): Truth => {
    if (!wanted) return YES;
    return target[name] === undefined
      ? unknown(`plan.targets.${target.id}.${name}`, "service-catalogue")
      : truth(holds());
  };
  return and([
    attribute(env, "env", () => env!.includes(target.env!)),
    attribute(tier, "tier", () => tier!.includes(target.tier!)),
    attribute(tags, "tags", () => target.tags!.some((tag) => tags!.includes(tag))),
  ]);
}

function and(truths: readonly Truth[]): Truth {
  if (truths.some(({ value }) => value === false)) return NO;
  return unknownOf(truths) ?? YES;
}

function or(truths: readonly Truth[]): Truth {
  if (truths.some(({ value }) => value === true)) return YES;
  return unknownOf(truths) ?? NO;
}

function unknownOf(truths: readonly Truth[]): Truth | undefined {
  const facts = truths.flatMap((each) => (each.value === "unknown" ? each.facts : []));
  return facts.length > 0 ? { value: "unknown", facts } : undefined;
}
