import type { Json } from "../../../incidents/canonical.js";
import { type NameOf, namesOf } from "./names.js";
import { missingSentence, verdictWord } from "./show-gate.js";
import { targetNames } from "./show-plan.js";
import { cut, jsonText, oneLine, type Paint, short } from "./text.js";
import type { IncidentView, PlanView } from "./view.js";

/** What a voter must have before their eyes: which plan, what it does to what, how it is undone, what the policy says, and for what they vote. */
export function ballotLines(view: IncidentView, cast: string, requirement: string, paint: Paint): readonly string[] {
  const { plan, gate } = view;
  if (plan === null || gate === null) return [];
  const name = namesOf(view);
  return [
    `${paint("bold", `You are about to ${cast}`)} ${paint("bold", oneLine(plan.title ?? "a plan without title"))}`,
    `  incident     ${cut(view.title, 90)} (${view.inc}, SEV-${view.severity}${view.drill ? ", drill" : ""})`,
    `  plan         ${short(plan.digest)}, risk ${plan.risk}, executor ${name(plan.executor)}, by ${plan.authors.map(name).join(", ")}`,
    ...(plan.request ? [`  why          ${cut(plan.request, 110)}`] : []),
    ...stepLines(plan, paint),
    `  check        ${whole(named(plan.successCheck, name))}`,
    `  policy says  ${verdictWord(gate.verdict, paint)}${(gate.missing ?? []).map((missing) => `; missing ${missingSentence(missing)}`).join("")}`,
    `  requirement  ${paint("bold", oneLine(requirement))}${titleOf(gate, requirement)}`,
  ];
}

/** Parameters in full: what is cut off can't be approved. */
const stepLines = (plan: PlanView, paint: Paint): readonly string[] =>
  plan.steps.flatMap((step, i) => [
    `  ${`step ${i + 1}`.padEnd(11)}  ${oneLine(`${step.connector} ${step.action}`)} on ${paint("bold", targetNames(plan, step))}`,
    ...(step.params ? [`               with ${whole(step.params)}`] : []),
    `               undo ${step.rollback === null ? "none" : whole(step.rollback as Json)}`,
  ]);

/** A check by a person says who looks. */
const named = (check: PlanView["successCheck"], name: NameOf): Json =>
  typeof check.person === "string" ? { ...check, person: name(check.person) } : check;

const whole = (value: Json): string => oneLine(typeof value === "string" ? value : jsonText(value));

const titleOf = ({ controls = [] }: NonNullable<IncidentView["gate"]>, requirement: string): string => {
  const control = controls.find(({ id }) => id === requirement);
  return control ? `: ${oneLine(control.title)}` : "";
};
