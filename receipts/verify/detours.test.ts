import type { BodyOf } from "../../incidents/commands.js";
import { policyDigest, requirementDigest } from "../../policy/index.js";
import { accelerate } from "../cli/accelerate.js";
import { useAccelerator } from "../ed25519.js";
import { issueReceipt } from "../serve.js";
import { ANA, DI, LAX_POLICY, LEE, POLICY, TARGET, TRUST } from "../testing/cast.js";
import { giveEvidence, must, openCheckout, PLAN, propose, statementOf, vote } from "../testing/checkout.js";
import { codesOf, receiptBytes } from "../testing/forge.js";
import { opened, type Story, tellStory } from "../testing/story.js";
import { verifyReceipt } from "./index.js";

beforeAll(accelerate);
afterAll(() => useAccelerator(null));

const lax = { ...TRUST, policies: [policyDigest(LAX_POLICY)] };
const manual: BodyOf<"propose-plan"> = {
  type: "propose-plan",
  plan: "ab".repeat(32),
  risk: "low",
  executor: LEE,
  authors: [ANA],
  steps: [
    {
      id: "restart",
      connector: "manual",
      action: "restart",
      targets: [TARGET],
      expectedMinutes: 5,
      rollbackMinutes: 5,
      rollback: "stop",
    },
  ],
  successCheck: { kind: "person", person: DI },
};
const words = { "/links": [], "/plan": {}, "/planBlind": "", "/request": "", "/title": "" };
const { plan } = manual;

function openByHand(): Story {
  const story = tellStory({ policy: LAX_POLICY });
  const about = { class: "availability", severity: 2, urgency: "low", drill: true, linkedTo: null } as const;
  must(story.ask(ANA, { type: "open-incident", ...about }, { "/request": "Look", "/services": [], "/title": "Odd" }));
  return story;
}

function startedByHand(): Story {
  const story = openByHand();
  must(story.ask(ANA, manual, words));
  must(story.ask(LEE, { type: "start", plan }));
  must(story.system({ type: "authorise-step", plan, step: "restart", fence: 7, rollback: false }));
  return story;
}

const confirm = (story: Story, outcome: "done" | "not-done" | "failed"): void =>
  must(
    story.ask(
      LEE,
      { type: "confirm-step", plan, step: "restart", outcome },
      { "/comment": "", "/digest": "d", "/reference": "r" },
    ),
  );

/** Without the words, which these plans' digests aren't over. */
const faultsOf = (story: Story) => verifyReceipt(issueReceipt(story.records, statementOf(story), []), lax).findings;

describe("a lawful incident that goes another way", () => {
  it("may be opened by hand, worked by hand, and validated by the named person", () => {
    const story = startedByHand();
    confirm(story, "done");
    must(story.system({ type: "advance" }));
    must(
      story.ask(DI, { type: "validate", plan, outcome: "passed" }, { "/reason": null, "/excerpt": "", "/result": "" }),
    );
    must(story.ask(ANA, { type: "add-task", owner: DI, dueAt: null }, { "/title": "Review" }));
    must(story.ask(ANA, { type: "resolve", how: "validated" }, { "/reason": null }));
    must(story.ask(ANA, { type: "close" }, { "/summary": "" }));
    expect(faultsOf(story)).toEqual([]);
    const { answers } = verifyReceipt(receiptBytes(story, []), lax);
    expect(answers).toMatchObject({ standing: "FINAL", drill: true, open: [expect.stringMatching(/^task /)] });
    expect(answers!.actions.steps).toMatchObject([
      { connector: "manual", outcome: "done, as a person confirmed", approvals: [] },
    ]);
  });

  it("may be stopped after a failure, rolled back, and resolved with a reason", () => {
    const story = startedByHand();
    must(story.ask(ANA, { type: "stop", plan }, { "/reason": "enough" }));
    confirm(story, "failed");
    must(story.ask(ANA, { type: "rollback", plan }, { "/reason": "back" }));
    must(story.system({ type: "authorise-step", plan, step: "restart", fence: 8, rollback: true }));
    confirm(story, "done");
    must(story.system({ type: "advance" }));
    must(story.ask(ANA, { type: "resolve", how: "waived" }, { "/reason": "gone" }));
    must(story.ask(ANA, { type: "reopen" }, { "/reason": "again" }));
    must(story.ask(ANA, { type: "cancel", reason: "false-alarm", other: null }, { "/reason": "" }));
    expect(faultsOf(story)).toEqual([]);
    expect(verifyReceipt(receiptBytes(story, []), lax).answers!.actions.steps.map((s) => s.rollback)).toEqual([
      false,
      true,
    ]);
  });

  it("may withdraw a plan, change its classification and recover by itself", () => {
    const story = openByHand();
    must(story.ask(ANA, manual, words));
    must(story.ask(ANA, { type: "withdraw-plan", plan }, { "/reason": "no" }));
    must(story.ask(LEE, { type: "change-classification", class: "availability", severity: 1 }, { "/reason": "still" }));
    for (const type of ["acknowledge", "join", "leave"] as const) must(story.ask(DI, { type }));
    must(story.ask(ANA, { type: "resolve", how: "recovered" }, { "/reason": "by itself" }));
    expect(faultsOf(story)).toEqual([]);
  });

  it("may have votes rejected and revoked, and evidence reviewed by another person", () => {
    const story = openCheckout();
    must(propose(story));
    must(vote(story, LEE, "ops-approval", "reject"));
    must(vote(story, LEE, "ops-approval", "revoke"));
    must(
      story.ask(
        ANA,
        { type: "attach-evidence", evidenceType: "impact-statement", plan: null },
        { "/digest": "", "/excerpt": "", "/reference": "" },
      ),
    );
    must(story.ask(DI, { type: "verify-evidence", evidence: opened(story).evidence[0]!.eid }, { "/comment": "seen" }));
    must(story.system({ type: "re-evaluate" }));
    expect(codesOf(receiptBytes(story))).toEqual([]);
  });

  it("may refuse what comes too late, twice or for another plan", () => {
    const story = openCheckout();
    must(propose(story));
    giveEvidence(story);
    const gate = opened(story).gate!.decisionDigest;
    const about = {
      requirement: "ops-approval",
      requirementDigest: requirementDigest(POLICY, "ops-approval"),
      onBehalfOf: null,
      assertion: null,
    };
    const stale = {
      type: "vote",
      verdict: "approve",
      ...about,
      plan: "00".repeat(32),
      policyDecision: gate,
      atHead: opened(story).head,
    } as const;
    expect(story.ask(LEE, stale, { "/comment": "" })).toBe("PLAN_CHANGED");
    expect(story.ask(LEE, { type: "start", plan: PLAN })).not.toBeNull();
    expect(story.ask(LEE, { type: "add-note" }, {})).toBe("MALFORMED");
    expect(opened(story).refusals[LEE]).toBe(3);
    expect(codesOf(receiptBytes(story))).toEqual([]);
  });
});
