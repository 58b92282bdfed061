import { parseCanonical } from "../../incidents/canonical.js";
import { factsOf, planTargets } from "../../incidents/facts.js";
import type { Plan } from "../../incidents/state.js";
import { type Decision, evaluate, type Policy, policyOfJson } from "../../policy/evaluator.js";
import { snapshotInputs } from "../../policy/snapshot.js";
import type { Ports } from "../ports.js";
import type { Loaded } from "./load.js";

/** The gate `preview` on fresh facts: records nothing. Null where there is no plan to judge. */
export async function previewGate(ports: Ports, { org, inc, state }: Loaded): Promise<Decision | null> {
  if (state.plan === null) return null;
  const { active, pinned } = await policiesOf(ports, org, state.plan);
  const targets = planTargets(state.plan);
  const { asOf, people } = await ports.facts.people(org);
  const outside = {
    at: laterOf(new Date(ports.clock.now()).toISOString(), state.at),
    asOf,
    people,
    targets: await ports.facts.targets(org, targets),
    inFlight: await ports.locks.others(org, inc, targets),
  };
  const inputs = snapshotInputs(pinned ? [active, pinned] : [active], factsOf(state), outside);
  return evaluate(active, inputs, pinned ? { gate: "preview", pinned } : { gate: "preview" });
}

const laterOf = (a: string, b: string): string => (a > b ? a : b);

async function policiesOf(
  { policies }: Ports,
  org: string,
  plan: Plan,
): Promise<{ readonly active: Policy; readonly pinned: Policy | null }> {
  const { digest, bytes } = await policies.active(org);
  const active = policyOfJson(parseCanonical(bytes));
  if (plan.policy === digest) return { active, pinned: null };
  const old = await policies.byDigest(org, plan.policy);
  if (old === null) throw new Error("the pinned policy is not in the store");
  return { active, pinned: policyOfJson(parseCanonical(old)) };
}
