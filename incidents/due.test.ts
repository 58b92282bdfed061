import { blockedOnFacts, dueOf } from "./due.js";
import { ANA, approved, BO, executing, LEE, opened, PLAN, planned, planOf, voteOf } from "./incident.fixture.js";

describe("what is due by itself", () => {
  it("a plan that asks for nothing is started, though nobody votes on it and nothing is attached", () => {
    const story = opened();
    story.verdict = "ready";
    story.person(ANA, planOf());
    expect(dueOf(story.state)).toEqual({ kind: "start", plan: PLAN });
  });

  it("isn't asked for again once the gate `start` has said no", () => {
    const story = opened();
    story.person(ANA, planOf());
    story.verdict = "blocked";
    story.system({ type: "system-start", plan: PLAN });
    expect(dueOf(story.state)).toBeNull();
    expect(blockedOnFacts(story.state)).toBe(true);
  });

  it("a plan whose executor is a person waits for them", () => {
    const story = opened().person(ANA, planOf(PLAN, { executor: LEE }));
    expect(dueOf(story.state)).toBeNull();
  });

  it("a stopped execution isn't started again, and waits for another plan", () => {
    const story = executing().person(ANA, { type: "stop", plan: PLAN }).system({ type: "advance" });
    expect([story.state.phase, dueOf(story.state), blockedOnFacts(story.state)]).toEqual(["planned", null, false]);
  });

  it("waits on facts only where they, and not a vote, are missing", () => {
    expect(blockedOnFacts(planned().state)).toBe(false);
    expect(blockedOnFacts(approved().state)).toBe(false);
  });
});

describe("a vote's view", () => {
  it("names a decision on this plan: one on the plan before it isn't taken", () => {
    const story = planned();
    const before = story.seen.policyDecision;
    story.person(ANA, planOf("5".repeat(64)));
    const proposed = story.facts.findLast((fact) => fact.typ === "PlanProposed")!;
    story.person(BO, {
      ...voteOf(story, "approve", "5".repeat(64)),
      atHead: proposed.hash,
      policyDecision: before,
    } as never);
    expect(story.lastRefusal).toBe("DECISION_UNKNOWN");
  });
});
