import { canonicalize, canonicalText, type Json, parseCanonical } from "../incidents/canonical.js";
import { digestOf } from "../incidents/digest.js";
import type { ClearOf, SealedTriple, StepClear } from "../incidents/events.js";
import type { RecordedFacts } from "../incidents/facts.js";
import type { Gate, GateRefusal, Judgement } from "../incidents/judgement.js";
import { clearOfStep, type PlanMeaning, type PlanStep } from "../incidents/plan.js";
import type { Decision } from "../policy/decision.js";
import type { Policy } from "../policy/document.js";
import { evaluate, groupsAtVote, policyOfJson, requirementDigest } from "../policy/evaluator.js";
import type { Inputs } from "../policy/inputs.js";
import { snapshotInputs } from "../policy/snapshot.js";
import { openPlan, openProposedPlan, PlanMismatch } from "./plan.js";
import type { Attachments, Claims, Connector, FactSources, Locks, Policies, SealedValues } from "./ports.js";

export interface GateRequest {
  readonly org: string;
  readonly inc: string;
  /** A drill runs on sandbox connectors alone. */
  readonly drill: boolean;
  readonly gate: Gate;
  readonly step: string | null;
  readonly at: string;
  readonly stateSeq: number;
  /** The facts of the record as they will be once the judged command is appended. */
  readonly recorded: RecordedFacts;
  readonly plan: {
    readonly steps: readonly StepClear[];
    readonly risk: string;
    readonly successCheck: ClearOf<"PlanProposed">["successCheck"];
    /** seq of PlanProposed; null while it is being proposed, when its slots come with the command. */
    readonly seq: number | null;
    readonly sealed: readonly SealedTriple[];
    /** Null while it is being proposed: the policy that judges it will be pinned. */
    readonly pinned: string | null;
  };
  /** The vote that is being cast, which `recorded` already holds; null otherwise. */
  readonly vote: { readonly id: string; readonly person: string; readonly requirement: string } | null;
}

export interface GatePorts {
  readonly claims: Claims;
  readonly sealed: SealedValues;
  readonly attachments: Attachments;
  readonly facts: FactSources;
  readonly policies: Policies;
  readonly locks: Locks;
  readonly connectors: ReadonlyMap<string, Connector>;
}

/** A section of the facts may have at most 512 KiB: a receipt must carry it. */
const MAX_SECTION_BYTES = 512 * 1024;

/** Judges one gate on fresh facts. A decision is a record: it never runs in workflow code, which is executed again and again. */
export const createEvaluateGate =
  (ports: GatePorts) =>
  async (request: GateRequest): Promise<Judgement | GateRefusal> => {
    const refused = await refusePlan(ports, request);
    if (refused !== null) return { refused };
    const { active, pinned } = await policiesOf(ports.policies, request);
    const policies = active.digest === pinned.digest ? [active.policy] : [active.policy, pinned.policy];
    const { inputs, voterGroups } = await takeInputs(ports, request, policies);
    const decision = decideGate(request, active, pinned, inputs);
    const carried = await carry(ports.attachments, request.org, inputs, [active.bytes, pinned.bytes]);
    return carried === null
      ? { refused: "FACTS_TOO_LARGE" }
      : judgementOf(request, decision, pinned.policy, voterGroups, carried);
  };

/** What no policy could let through: a plan that isn't the one shown, a place nobody knows, a connector that can't. */
async function refusePlan(ports: GatePorts, request: GateRequest): Promise<string | null> {
  if (request.gate !== "submit" && request.gate !== "step") return null;
  try {
    const plan = await openedPlan(ports, request);
    return shownAsSealed(request, plan) ? await refuseTargets(ports, request, plan) : "PLAN_MISMATCH";
  } catch (error) {
    if (error instanceof PlanMismatch) return "PLAN_MISMATCH";
    throw error;
  }
}

function openedPlan(ports: GatePorts, { org, inc, plan, recorded }: GateRequest): Promise<PlanMeaning> {
  if (plan.seq === null) return openPlan(ports.sealed, org, inc, plan.sealed, recorded.plan.digest);
  return openProposedPlan(ports, org, inc, plan.seq, recorded.plan.digest);
}

const shownAsSealed = ({ plan }: GateRequest, sealed: PlanMeaning): boolean =>
  plan.risk === sealed.risk &&
  plan.successCheck.kind === sealed.successCheck.kind &&
  plan.successCheck.person === (sealed.successCheck.person ?? null) &&
  canonicalText(plan.steps as unknown as Json) === canonicalText(sealed.steps.map(clearOfStep) as unknown as Json);

async function refuseTargets(
  ports: GatePorts,
  { org, drill, gate, step }: GateRequest,
  plan: PlanMeaning,
): Promise<string | null> {
  const ids = [...new Set(plan.steps.flatMap((s) => s.targets))];
  const known = await ports.facts.targets(org, ids);
  if (gate === "submit" && known.length < ids.length) return "TARGET_UNKNOWN";
  for (const each of plan.steps.filter((s) => gate === "submit" || s.id === step)) {
    const refused = await refuseStep(ports.connectors, each, drill);
    if (refused !== null) return refused;
  }
  return null;
}

async function refuseStep(connectors: GatePorts["connectors"], step: PlanStep, drill: boolean): Promise<string | null> {
  const connector = connectors.get(step.connector);
  if (!connector) return "CONNECTOR_UNKNOWN";
  if (drill && !connector.sandbox) return "DRILL_NEEDS_SANDBOX";
  const { targets, rollback } = step;
  const back = "none" in rollback ? [] : [{ action: rollback.action, targets, params: rollback.params }];
  for (const order of [{ action: step.action, targets, params: step.params }, ...back]) {
    const refused = await refuseOrder(connector, order);
    if (refused !== null) return refused;
  }
  return null;
}

/** The way back is approved with the plan, so it is checked with it. */
async function refuseOrder(connector: Connector, order: Parameters<Connector["precheck"]>[0]): Promise<string | null> {
  if (!connector.actions.includes(order.action)) return "ACTION_UNKNOWN";
  const checked = await connector.precheck(order);
  if ("refused" in checked) return checked.refused;
  return checked.targets.every((target) => order.targets.includes(target)) ? null : "TARGET_NOT_LISTED";
}

interface Loaded {
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly policy: Policy;
}

async function policiesOf(
  policies: Policies,
  { org, plan }: GateRequest,
): Promise<{ readonly active: Loaded; readonly pinned: Loaded }> {
  const { digest, bytes } = await policies.active(org);
  const active = { digest, bytes, policy: policyOfJson(parseCanonical(bytes)) };
  if (plan.pinned === null || plan.pinned === digest) return { active, pinned: active };
  const old = await policies.byDigest(org, plan.pinned);
  if (old === null) throw new Error(`the pinned policy ${plan.pinned} is not in the store`);
  return { active, pinned: { digest: plan.pinned, bytes: old, policy: policyOfJson(parseCanonical(old)) } };
}

async function takeInputs(ports: GatePorts, request: GateRequest, policies: readonly Policy[]) {
  const { org, inc, at, recorded, vote } = request;
  const targets = recorded.plan.targets.map((target) => target.id);
  const outside = {
    at,
    ...(await ports.facts.people(org)),
    targets: await ports.facts.targets(org, targets),
    inFlight: await ports.locks.others(org, inc, targets),
  };
  const inputs = snapshotInputs(policies, recorded, outside);
  const cast = inputs.approvals.find((approval) => approval.id === vote?.id);
  const voterGroups = cast ? groupsAtVote(policies, inputs, cast) : [];
  const approvals = inputs.approvals.map((a) => (a === cast ? { ...a, groupsAtApproval: voterGroups } : a));
  return { inputs: { ...inputs, approvals }, voterGroups };
}

function decideGate({ gate, step }: GateRequest, active: Loaded, pinned: Loaded, inputs: Inputs): Decision {
  const context = { gate, ...(step === null ? {} : { step }), ...(active === pinned ? {} : { pinned: pinned.policy }) };
  return evaluate(active.policy, inputs, context);
}

/** Stores what the record must carry, by digest; null where a section is too large for one. */
async function carry(
  attachments: Attachments,
  org: string,
  inputs: Inputs,
  policies: readonly Uint8Array[],
): Promise<readonly string[] | null> {
  const { at: _, ...sections } = inputs;
  const facts = Object.values(sections).map((section) => canonicalize(section as unknown as Json));
  if (facts.some((bytes) => bytes.length > MAX_SECTION_BYTES)) return null;
  const named = [
    ...facts.map((bytes) => ({ digest: digestOf("section", bytes), bytes })),
    ...policies.map((bytes) => ({ digest: digestOf("policy", bytes), bytes })),
  ];
  for (const { digest, bytes } of named) await attachments.put(org, digest, bytes);
  return [...new Set(named.map(({ digest }) => digest))];
}

function judgementOf(
  { gate, step, at, stateSeq, vote }: GateRequest,
  decision: Decision,
  pinned: Policy,
  voterGroups: readonly string[],
  attachments: readonly string[],
): Judgement {
  return {
    gate,
    step,
    at,
    stateSeq,
    verdict: decision.verdict,
    mode: decision.mode,
    validUntil: decision.validUntil,
    decisionDigest: decision.decisionDigest,
    inputsDigest: decision.inputsDigest,
    sections: decision.sections as Judgement["sections"],
    policyDigest: decision.policy.digest,
    pinnedDigest: decision.policy.pinnedDigest,
    governanceHead: null,
    discounted: decision.discounted.map(({ approval, reason }) => ({ approval, reason })),
    voterGroups,
    requirementDigest: vote === null ? null : wordingOf(pinned, vote.requirement),
    attachments,
  };
}

const wordingOf = (policy: Policy, requirement: string): string | null =>
  policy.controls.some((control) => control.id === requirement) ? requirementDigest(policy, requirement) : null;
