import { type NameOf, namesOf } from "./names.js";
import { cut, oneLine, type Paint, short, table } from "./text.js";
import type { IncidentView, PlanView, StepView } from "./view.js";

/** The plan with its steps, each with where its run stands, how it is undone, and how success is checked. */
export function planLines({ plan, run, validation, ...view }: IncidentView, paint: Paint): readonly string[] {
  const name = namesOf(view);
  if (plan === null) return ["none yet"];
  return [
    `${oneLine(plan.title ?? "without a title")}  ${paint("dim", short(plan.digest))}${plan.voided ? paint("red", "  VOID: its approvals no longer hold") : ""}`,
    `risk ${plan.risk} · executor ${name(plan.executor)} · by ${plan.authors.map(name).join(", ")}`,
    ...(plan.request ? [`why: ${cut(plan.request, 100)}`] : []),
    ...stepLines(plan, run),
    `check: ${checkText(plan, name)}${validation === null ? "" : ` → ${paint(validation === "passed" ? "green" : "red", validation)}`}`,
    ...runLines(run, paint),
  ];
}

const stepLines = (plan: PlanView, run: IncidentView["run"]): readonly string[] =>
  table(
    plan.steps.map((step, i) => [
      `${i + 1}. ${step.id}`,
      `${step.connector} ${step.action}`,
      targetNames(plan, step),
      `${step.expectedMinutes} min`,
      statusOf(step, run),
      `undo: ${undoOf(step)}`,
    ]),
  );

export const targetNames = ({ targets }: PlanView, step: StepView): string =>
  step.targets.map((id) => oneLine(targets[id] ?? id)).join(", ");

function statusOf({ id }: StepView, run: IncidentView["run"]): string {
  const step = run?.steps[id];
  if (step === undefined) return "pending";
  return step.rollback === "pending" ? step.status : `${step.status}, undo ${step.rollback}`;
}

export function undoOf({ rollback, rollbackMinutes }: StepView): string {
  if (rollback === null) return "none";
  if (typeof rollback === "string") return rollback;
  return "none" in rollback
    ? `none, since ${cut(rollback.none, 60)}`
    : `${oneLine(rollback.action)} (${rollbackMinutes} min)`;
}

function checkText({ successCheck }: PlanView, name: NameOf): string {
  const { kind, url, person, instructions, ...expected } = successCheck;
  if (kind === "person") return cut(`${name(String(person))} looks${instructions ? `: ${instructions}` : ""}`, 100);
  const expects = Object.entries(expected).filter(([, value]) => value !== null);
  return cut(
    `probe ${url ?? ""}${expects.length > 0 ? ` (${expects.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ")})` : ""}`,
    100,
  );
}

function runLines(run: IncidentView["run"], paint: Paint): readonly string[] {
  if (run === null) return [];
  const { inFlight, held, stopRequested, rollingBack } = run;
  return [
    ...(rollingBack ? [paint("yellow", "rolling back")] : []),
    ...(stopRequested ? [paint("yellow", "stop requested: nothing starts after the step in flight")] : []),
    ...(inFlight
      ? [
          paint(
            inFlight.unknown ? "red" : "cyan",
            `in flight: ${inFlight.rollback ? "undo of " : ""}${inFlight.step}${inFlight.unknown ? ", outcome UNKNOWN: look before anything else" : ""}`,
          ),
        ]
      : []),
    ...(held ? [paint("yellow", `held: ${held.step} (${held.code})`)] : []),
  ];
}
