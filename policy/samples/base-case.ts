import type { Approval, Evidence, Inputs, Person } from "../inputs.js";

/**
 * The base case of the policy page: severity 1, a high-risk production tier-1 pci plan by ana and bo; votes at 14:30Z by lee (ops),
 * cy and gus (quorum), di (security); Wednesday 11 March 2026, 15:00Z. What the tests change one thing of.
 */
export const PLAN = "a".repeat(64);

const vote = (account: string, requirement: string): Approval => ({
  id: `vote-${account}-${requirement}`,
  account,
  requirement,
  verdict: "approve",
  at: "2026-03-11T14:30:00.000Z",
  planDigest: PLAN,
});

const piece = (type: string, by: string, at: string): Evidence => ({
  type,
  status: "verified",
  incident: "inc_1",
  at,
  by,
  planDigest: PLAN,
});

const person = (account: string, ...groups: readonly string[]): Person => ({
  accounts: [`${account}@example.com`, account.toUpperCase()],
  groups,
  active: true,
});

export const BASE_CASE: Inputs = {
  at: "2026-03-11T15:00:00.000Z",
  incident: { id: "inc_1", severity: 1, class: "availability", status: "open" },
  plan: {
    digest: PLAN,
    requestedBy: "ana",
    authors: ["ana", "bo"],
    executor: "system",
    risk: "high",
    expectedMinutes: 20,
    rollbackMinutes: 20,
    targets: [{ id: "tgt_cart", env: "prod", tier: 1, tags: ["pci"] }],
  },
  approvals: [
    vote("lee", "ops-approval"),
    vote("cy", "duty-quorum"),
    vote("gus", "duty-quorum"),
    vote("di", "security-approval"),
  ],
  evidence: [
    piece("impact-statement", "ana", "2026-03-11T14:20:00.000Z"),
    piece("metrics-snapshot", "ana", "2026-03-11T14:50:00.000Z"),
    piece("rollback-plan", "gus", "2026-03-11T14:25:00.000Z"),
  ],
  directory: {
    asOf: "2026-03-11T14:59:00.000Z",
    people: {
      ana: person("ana", "sre"),
      bo: person("bo", "sre", "security"),
      cy: person("cy", "incident-commander"),
      di: person("di", "security"),
      eve: person("eve", "security", "duty-manager"),
      gus: person("gus", "service-owner"),
      kim: person("kim", "sre", "security"),
      lee: person("lee", "sre"),
      bot: { ...person("bot", "sre", "security"), kind: "service" },
      zed: { ...person("zed", "sre", "security"), active: false },
    },
    delegations: [],
  },
  calendars: {},
  exceptions: [],
  inFlight: [],
  breakGlass: null,
  overdueReviews: [],
};
