import type { Missing, NextStep, Verdict } from "../../../policy/decision.js";
import { oneLine, type Paint, relative, short } from "./text.js";
import type { IncidentView } from "./view.js";

export function gateLines({ gate }: IncidentView, paint: Paint, now: number): readonly string[] {
  if (gate === null) return ["not asked yet"];
  const until = gate.validUntil === null ? "" : `, holds until ${gate.validUntil} (${relative(gate.validUntil, now)})`;
  const of = `${gate.gate}${gate.step === null ? "" : ` of step ${gate.step}`}`;
  const policy = gate.policy ? `, policy ${oneLine(gate.policy.name)} ${short(gate.policy.digest)}` : "";
  return [
    `${verdictWord(gate.verdict, paint)} at gate ${of}, event ${gate.seq}${policy}${until}`,
    ...violations(gate, paint),
    ...(gate.missing ?? []).map((each) => `- missing: ${missingSentence(each)}`),
    ...(gate.discounted ?? []).map(
      ({ approval, requirement, reason }) =>
        `- vote ${short(approval)} for ${oneLine(requirement)} doesn't count: ${oneLine(reason)}`,
    ),
    ...(gate.nextStep
      ? [nextStepLine(gate.nextStep, paint)]
      : ["(the facts behind this verdict can't be read here; ask again with `countersign verdict`)"]),
  ];
}

/** What no vote and no evidence mends stands first. */
const violations = ({ controls = [] }: NonNullable<IncidentView["gate"]>, paint: Paint): readonly string[] =>
  controls
    .filter(({ outcome }) => outcome === "violated" || outcome === "indeterminate")
    .map(({ id, outcome, because }) => paint("red", `- ${oneLine(id)} ${outcome}: ${because.map(oneLine).join(" ")}`));

const VERDICT_STYLE = { ready: "green", "needs-approval": "yellow", blocked: "red" } as const satisfies Record<
  Verdict,
  string
>;

export const verdictWord = (verdict: Verdict, paint: Paint): string =>
  paint(["bold", VERDICT_STYLE[verdict] ?? "red"], verdict);

export const nextStepLine = ({ text }: Pick<NextStep, "text">, paint: Paint): string =>
  `safest next step: ${paint("bold", oneLine(text))}`;

/** One missing thing as a person would say it. Groups and counts; ids of people say nothing here. */
export function missingSentence(missing: Missing): string {
  switch (missing.kind) {
    case "approval": {
      const more = `${missing.count} approval${missing.count === 1 ? "" : "s"} for ${missing.requirement} from ${missing.from.join(" or ")}`;
      return oneLine(
        missing.unsatisfiable
          ? `${more}, and nobody is left who may give ${missing.count === 1 ? "it" : "them"}`
          : more,
      );
    }
    case "evidence":
      return oneLine(`evidence ${missing.type} from ${missing.from.join(" or ")} (${missing.condition})`);
    case "time":
      return oneLine(
        `a time in ${missing.calendar}, ${missing.opensAt === null ? "whose next opening isn't known" : `which opens ${missing.opensAt}`}`,
      );
    case "fact":
      return oneLine(`the fact ${missing.path} from ${missing.source}`);
    default:
      return oneLine((missing as { readonly kind: string }).kind);
  }
}
