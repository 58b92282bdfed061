import type { Decision, Missing } from "../../policy/evaluator.js";

/** For people and for CI: one word, what is missing, and what to do next. */
export interface Verdict {
  readonly incident: string;
  readonly verdict: Decision["verdict"];
  /** NO_PLAN where there is nothing to judge. */
  readonly code: string | null;
  readonly plan: string | null;
  readonly at: string | null;
  readonly validUntil: string | null;
  readonly missing: readonly Missing[];
  readonly nextStep: { readonly kind: string; readonly text: string };
}

export function verdictOf(incident: string, decision: Decision | null): Verdict {
  if (decision === null) return { incident, ...NO_PLAN };
  const { verdict, subject, at, validUntil, missing, nextStep } = decision;
  return { incident, verdict, code: null, plan: subject.planDigest, at, validUntil, missing, nextStep };
}

/** Nothing may run that nobody has proposed. */
const NO_PLAN: Omit<Verdict, "incident"> = {
  verdict: "blocked",
  code: "NO_PLAN",
  plan: null,
  at: null,
  validUntil: null,
  missing: [],
  nextStep: { kind: "change-plan", text: "Propose a plan." },
};

export function verdictText({ verdict, missing, nextStep, validUntil }: Verdict): string {
  const lines = missing.map((item) => `missing: ${sentence(item)}`);
  const until = validUntil === null ? [] : [`valid until: ${validUntil}`];
  return [`verdict: ${verdict}`, ...lines, `next step: ${nextStep.text}`, ...until, ""].join("\n");
}

function sentence(missing: Missing): string {
  switch (missing.kind) {
    case "approval":
      return `${missing.count} approval(s) for ${missing.requirement} from ${missing.from.join(" or ")}`;
    case "evidence":
      return `evidence ${missing.type} (${missing.condition})`;
    case "time":
      return missing.opensAt === null
        ? `a time in ${missing.calendar}`
        : `a time in ${missing.calendar}, from ${missing.opensAt}`;
    case "fact":
      return `the fact ${missing.path} from ${missing.source}`;
    default:
      return neverMissing(missing);
  }
}

const neverMissing = (missing: never): string => JSON.stringify(missing);
