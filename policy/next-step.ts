import { type ControlResult, type Missing, NEXT_STEPS, type NextStep, type Way } from "./decision.js";
import type { Policy } from "./document.js";
import type { Judgement } from "./judge.js";

/**
 * The first step, in the policy's order of safety, that leads somewhere. A plan that was rejected, or that a service account
 * wrote, won't run however many more people say yes to it: that comes before all else.
 */
export function nextStepOf({ verdict, controls, missing }: Judgement, policy: Policy): NextStep {
  if (verdict === "ready") return { kind: "execute", text: "Every control is satisfied: execute the plan." };
  const steps = [
    ...controls.flatMap(stepsOf),
    ...missing.filter(({ kind }) => kind === "fact").map((fact) => stepFor(fact)),
  ];
  const dead = steps.find(({ kind }) => kind === "change-plan");
  if (dead) return dead;
  const order = [...policy.nextSteps, ...NEXT_STEPS];
  return order.flatMap((kind) => steps.filter((step) => step.kind === kind))[0] ?? FALLBACK;
}

/** No control names a step of its own; someone must look. */
const FALLBACK: NextStep = { kind: "escalate", text: "Ask the owner of the policy what would let this plan run." };

function stepsOf(control: ControlResult): readonly NextStep[] {
  const { id, code } = control;
  if (code === "REJECTED")
    return [{ kind: "change-plan", control: id, text: "Ask why the plan was rejected, and propose a changed one." }];
  if (code === "NOT_A_PERSON")
    return [{ kind: "change-plan", control: id, text: "Propose the plan in the name of the person who wrote it." }];
  if (code === "TARGET_BUSY")
    return [
      { kind: "wait-for-window", control: id, text: "Wait until the other action on the same target has ended." },
    ];
  return (control.missing ?? []).map((missing) => stepFor(missing, id));
}

function stepFor(missing: Missing, control?: string): NextStep {
  const at = control === undefined ? {} : { control };
  switch (missing.kind) {
    case "fact":
      return { kind: "repair-facts", ...at, text: `Have ${missing.source} supply ${missing.path}.` };
    case "evidence":
      return {
        kind: "attach-evidence",
        ...at,
        who: missing.from,
        text: EVIDENCE_TEXT[missing.condition](missing.type, missing.from[0]!),
      };
    case "time":
      return {
        kind: "wait-for-window",
        ...at,
        ...(missing.opensAt === null ? {} : { notBefore: missing.opensAt }),
        text:
          missing.opensAt === null ? `No opening of ${missing.calendar} is known.` : `Wait until ${missing.opensAt}.`,
      };
    case "approval":
      return missing.unsatisfiable
        ? {
            kind: "escalate",
            ...at,
            who: missing.from,
            text: `Too few people can approve ${missing.requirement}: find someone for ${missing.from.join(" or ")}.`,
          }
        : {
            kind: "ask-approval",
            ...at,
            who: missing.eligible,
            text: askText(missing.count, missing.from, missing.requirement),
          };
  }
}

const EVIDENCE_TEXT = {
  absent: (type: string, from: string) => `Attach ${type}, from ${from}.`,
  stale: (type: string, from: string) => `Attach a fresh ${type}, from ${from}: the one there is too old.`,
  unverified: (type: string) => `Have ${type} verified by its source or by another person.`,
  "other-plan": (type: string, from: string) =>
    `Attach ${type} for this plan, from ${from}: the one there is for another.`,
  "not-eligible": (type: string, from: string) => `Have ${type} attached by ${from}: whoever attached it may not.`,
} as const;

const askText = (count: number, from: readonly string[], requirement: string): string =>
  `Ask ${count === 1 ? "one more person" : `${count} more people`} from ${from.join(" or ")} to approve ${requirement}.`;

/** Whether people, evidence and waiting can make it ready at all; then what that takes. */
export function waysOf({ verdict, controls, missing }: Judgement, at: string): readonly Way[] {
  const stuck = controls.some(({ outcome }) => outcome === "violated" || outcome === "indeterminate");
  const impossible = missing.some((each) => each.kind === "fact" || (each.kind === "approval" && each.unsatisfiable));
  if (verdict === "ready" || stuck || impossible) return [];
  const people = missing.reduce((sum, each) => sum + (each.kind === "approval" ? each.count : 0), 0);
  return [{ needs: missing, people, earliest: at }];
}
