import { byCodeUnit } from "./canonical.js";
import type { Opened, Vote } from "./state.js";

/** The facts that the record itself holds; the policy's `Inputs` add directory, catalogue, calendars and locks to them. */
export interface RecordedFacts {
  readonly incident: {
    readonly id: string;
    readonly severity: number;
    readonly class: string;
    readonly status: string;
  };
  readonly plan: {
    readonly digest: string;
    readonly requestedBy: string;
    readonly authors: readonly string[];
    readonly executor: string;
    readonly risk: string;
    readonly expectedMinutes: number;
    readonly rollbackMinutes: number;
    readonly targets: readonly { readonly id: string }[];
  };
  readonly approvals: readonly RecordedApproval[];
  readonly evidence: readonly {
    readonly type: string;
    readonly status: "verified" | "unverified";
    readonly incident: string;
    readonly at: string;
    readonly by: string;
    readonly planDigest?: string;
  }[];
}

export interface RecordedApproval {
  readonly id: string;
  readonly account: string;
  readonly requirement: string;
  readonly verdict: "approve" | "reject" | "revoke";
  readonly at: string;
  readonly planDigest: string;
  readonly requirementDigest: string;
  readonly assurance: "session" | "passkey";
  readonly groupsAtApproval: readonly string[];
  readonly onBehalfOf?: string;
}

/**
 * What a gate must be told of an incident with a plan: from the chain alone, so that the verifier can hold the recorded facts
 * against the events. A fact that a connector showed counts as attached by "system".
 */
export function factsOf(state: Opened): RecordedFacts {
  return {
    incident: incident(state),
    plan: planFacts(state),
    approvals: state.votes.map(approval),
    evidence: evidence(state),
  };
}

const incident = (state: Opened): RecordedFacts["incident"] => ({
  id: state.inc,
  severity: state.severity,
  class: state.class,
  status: STATUS[state.phase],
});

/** policy.md, "Whose facts": open and planned are `open`, executing and verifying `mitigating`. */
const STATUS = {
  open: "open",
  planned: "open",
  executing: "mitigating",
  verifying: "mitigating",
  resolved: "resolved",
  closed: "closed",
  cancelled: "cancelled",
} as const;

function planFacts(state: Opened): RecordedFacts["plan"] {
  const plan = state.plan!;
  const sum = (minutes: (step: (typeof plan.steps)[number]) => number) =>
    plan.steps.reduce((n, step) => n + minutes(step), 0);
  return {
    digest: plan.digest,
    requestedBy: plan.requestedBy,
    authors: plan.authors,
    executor: plan.executor,
    risk: plan.risk,
    expectedMinutes: sum((step) => step.expectedMinutes),
    rollbackMinutes: sum((step) => step.rollbackMinutes),
    targets: planTargets(plan).map((id) => ({ id })),
  };
}

/** Every target of a plan, once, in order. */
export const planTargets = (plan: {
  readonly steps: readonly { readonly targets: readonly string[] }[];
}): readonly string[] => [...new Set(plan.steps.flatMap((step) => step.targets))].sort(byCodeUnit);

const approval = (vote: Vote): RecordedApproval => ({
  id: vote.eid,
  account: vote.person,
  requirement: vote.requirement,
  verdict: vote.verdict,
  at: vote.at,
  planDigest: vote.plan,
  requirementDigest: vote.requirementDigest,
  assurance: vote.assurance,
  groupsAtApproval: vote.groups,
  ...(vote.onBehalfOf === null ? {} : { onBehalfOf: vote.onBehalfOf }),
});

const evidence = (state: Opened): RecordedFacts["evidence"] =>
  state.evidence.map(({ type, status, at, by, plan }) => ({
    type,
    status,
    incident: state.inc,
    at,
    by,
    ...(plan === null ? {} : { planDigest: plan }),
  }));
