import type { Decision, Gate } from "./decision.js";
import { decisionDigest, inputsDigest, policyDigest, sectionDigests } from "./digests.js";
import type { Policy } from "./document.js";
import { factsOf } from "./facts.js";
import type { Inputs } from "./inputs.js";
import { millis } from "./instants.js";
import { judge } from "./judge.js";
import { nextStepOf, waysOf } from "./next-step.js";
import { unitsOf } from "./units.js";
import { validUntil } from "./validity.js";

export interface Context {
  /** Default: `preview`. */
  readonly gate?: Gate;
  readonly step?: string;
  /** The policy that the plan was submitted under, judged together with the active one. */
  readonly pinned?: Policy;
}

/**
 * Judges a plan. Pure: the same policy, facts and context give the same bytes on any machine, whatever the order of the facts'
 * lists, but for the digests of those lists. (design: policy.md)
 *
 * @throws {PolicyInputError} `BAD_TIME` where a fact's instant isn't one.
 * @throws {CanonicalError} where the facts have no canonical JSON. Both leave the gate shut.
 */
export function evaluate(policy: Policy, inputs: Inputs, { gate = "preview", step, pinned }: Context = {}): Decision {
  const facts = factsOf(inputs);
  const now = millis(inputs.at);
  const units = unitsOf(policy, pinned);
  const judgement = judge(units, facts, now);
  const sections = sectionDigests(inputs);
  const decision: Omit<Decision, "decisionDigest"> = {
    schema: "policy.decision/v1",
    verdict: judgement.verdict,
    mode: "normal",
    gate,
    at: inputs.at,
    validUntil: validUntil(units, facts, now, judgement),
    subject: { incident: inputs.incident.id, planDigest: inputs.plan.digest, ...(step === undefined ? {} : { step }) },
    policy: {
      name: policy.name,
      digest: policyDigest(policy),
      pinnedDigest: policyDigest(pinned ?? policy),
      semantics: 1,
    },
    inputsDigest: inputsDigest(inputs.at, sections),
    sections,
    controls: judgement.controls,
    missing: judgement.missing,
    ways: waysOf(judgement, inputs.at),
    nextStep: nextStepOf(judgement, policy),
    discounted: judgement.discounted,
    debts: [],
  };
  return { ...decision, decisionDigest: decisionDigest(decision) };
}
