import { parseCanonical } from "../../incidents/canonical.js";
import { nullable, oneOf, optional, record, text } from "../../incidents/shape.js";
import * as v from "../../incidents/vocabulary.js";
import { policyOfJson, requirementDigest } from "../../policy/evaluator.js";
import { ask } from "../incidents/ask.js";
import { findIncident } from "../incidents/load.js";
import { personOrNull } from "../incidents/names.js";
import type { Ports } from "../ports.js";

/** A vote on one plan for one requirement, and what its voter had before their eyes. */
export const castVote = ask({
  name: "vote",
  shape: record({
    verdict: oneOf("approve", "reject", "revoke"),
    plan: v.digest,
    requirement: v.requirementId,
    comment: optional(text(4_000)),
    onBehalfOf: optional(nullable(text(120))),
    /** `head` and `gate.decisionDigest` of the incident as it was read. */
    seen: record({ head: v.digest, decision: v.digest }),
  }),
  prepare: async ({ ports, org, inc, body }) => ({
    body: {
      type: "vote",
      verdict: body.verdict,
      plan: body.plan,
      requirement: body.requirement,
      requirementDigest: await wordingOf(ports, org, inc, body.requirement),
      onBehalfOf: await personOrNull(ports.catalogue, org, body.onBehalfOf, "/onBehalfOf"),
      policyDecision: body.seen.decision,
      atHead: body.seen.head,
      assertion: null,
    },
    words: { "/comment": body.comment ?? null },
  }),
});

/** No wording: the gate refuses such a vote on the record. */
const NO_WORDING = "0".repeat(64);

/** The digest of a requirement as the plan's pinned policy words it. */
async function wordingOf(ports: Ports, org: string, inc: string, requirement: string): Promise<string> {
  const plan = (await findIncident(ports.incidents, org, inc))?.state.plan;
  const bytes = plan ? await ports.policies.byDigest(org, plan.policy) : null;
  if (bytes === null) return NO_WORDING;
  const policy = policyOfJson(parseCanonical(bytes));
  return policy.controls.some(({ id }) => id === requirement) ? requirementDigest(policy, requirement) : NO_WORDING;
}
