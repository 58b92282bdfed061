import { readFileSync } from "node:fs";
import { requirementDigest } from "./digests.js";
import { evaluate } from "./evaluate.js";
import type { Approval, Inputs } from "./inputs.js";
import { parsePolicy } from "./parse.js";
import { BASE_CASE } from "./samples/base-case.js";

const policy = parsePolicy(readFileSync(new URL("./samples/demo.policy.yaml", import.meta.url), "utf8"));
const night = "2026-03-08T03:30:00.000Z";
const dated = <T extends { at: string }>(each: T): T => ({ ...each, at: night });

const proposed: Inputs = { ...BASE_CASE, at: night, approvals: [], evidence: [] };
const evidenced: Inputs = { ...proposed, evidence: BASE_CASE.evidence.slice(0, 1).map(dated) };
const vote = (account: string, requirement: string): Approval =>
  dated({
    ...BASE_CASE.approvals[0]!,
    id: account,
    account,
    requirement,
    requirementDigest: requirementDigest(policy, requirement),
  });
const voted = (...approvals: readonly Approval[]): Inputs => ({ ...evidenced, approvals });

describe("the demo's policy, at night", () => {
  it("first asks for the evidence", () =>
    expect(evaluate(policy, proposed)).toMatchObject({
      verdict: "blocked",
      nextStep: { kind: "attach-evidence", control: "evidence-impact" },
    }));

  it("then for approvals", () =>
    expect(evaluate(policy, evidenced)).toMatchObject({ verdict: "needs-approval", ways: [{ people: 2 }] }));

  it("refuses the author's, with the reason", () =>
    expect(evaluate(policy, voted(vote("ana", "peer-approval")))).toMatchObject({
      verdict: "needs-approval",
      discounted: [{ approval: "ana", reason: "conflict-of-duties" }],
    }));

  it("is ready for four hours after two people have approved", () =>
    expect(evaluate(policy, voted(vote("lee", "peer-approval"), vote("gus", "service-owner-approval")))).toMatchObject({
      verdict: "ready",
      validUntil: "2026-03-08T07:30:00.000Z",
    }));
});
