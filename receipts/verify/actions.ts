import { EVENTS, type StepClear } from "../../incidents/events.js";
import type { Answers, Word } from "./answer-types.js";
import type { Lookup } from "./lookup.js";

/** One effect, with what let it happen. The state machine has already refused one without. */
export interface ActionAnswer {
  readonly seq: number;
  readonly step: string;
  readonly rollback: boolean;
  readonly connector: string;
  readonly action: string;
  readonly targets: readonly string[];
  readonly outcome: string;
  readonly reference: Word;
  readonly before: Word;
  readonly after: Word;
  readonly result: Word;
  readonly decision: string;
  /** seqs of the approvals that it names. */
  readonly approvals: readonly number[];
}

export function actionsOf(look: Lookup): Answers["actions"] {
  const authorised = look.of("StepAuthorised");
  const outcomes = look.of("StepSucceeded", "StepFailed", "StepOutcomeUnknown", "StepConfirmed");
  const steps = authorised.map(({ seq, clear }): ActionAnswer => {
    const step = stepOf(look, seq, clear.plan, clear.step);
    const last = outcomes.findLast((outcome) => outcome.clear.of === seq);
    const word = (path: string): Word => (last && outcomeHas(last, path) ? look.word(last.seq, path) : NOTHING);
    const rollback = clear.rollbackOf !== null;
    return {
      seq,
      step: clear.step,
      rollback,
      connector: step?.connector ?? "?",
      action: (rollback ? step?.rollback : step?.action) ?? "?",
      targets: step?.targets ?? [],
      outcome: last ? outcomeOf(last) : "not known yet",
      reference: word("/reference"),
      before: word("/before"),
      after: word("/after"),
      result: word("/result"),
      decision: clear.decisionDigest,
      approvals: approvalSeqs(look, clear.approvals),
    };
  });
  return { steps, withheld: look.withheld([...authorised, ...outcomes].map(({ seq }) => seq)) };
}

/** The step as the latest plan of that digest before the action words it. */
const stepOf = (look: Lookup, seq: number, plan: string, id: string): StepClear | undefined =>
  look
    .of("PlanProposed")
    .findLast((proposed) => proposed.seq < seq && proposed.clear.plan === plan)
    ?.clear.steps.find((step) => step.id === id);

const NOTHING: Word = { text: null, withheld: false };

/** A step that failed has no state after it: there is no such slot, so nothing is withheld. */
const outcomeHas = ({ typ }: Outcome, path: string): boolean => EVENTS[typ].sealed.includes(path);

type Outcome = ReturnType<typeof outcomesOf>[number];
const outcomesOf = (look: Lookup) => look.of("StepSucceeded", "StepFailed", "StepOutcomeUnknown", "StepConfirmed");

function outcomeOf({ typ, clear }: Outcome): string {
  if (typ === "StepSucceeded") return "succeeded, read back";
  if ("outcome" in clear) return `${clear.outcome}, as a person confirmed`;
  return `${typ === "StepFailed" ? "failed" : "outcome unknown"}${"code" in clear ? `: ${clear.code}` : ""}`;
}

const approvalSeqs = (look: Lookup, eids: readonly string[]): readonly number[] =>
  look
    .of("ApprovalGranted")
    .filter(({ eid }) => eids.includes(eid))
    .map(({ seq }) => seq);
