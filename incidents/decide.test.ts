import { dueOf } from "./due.js";
import { evolve, UnlawfulEvent } from "./evolve.js";
import {
  ANA,
  approved,
  authorise,
  BO,
  executing,
  LEE,
  OTHER_PLAN,
  opened,
  opening,
  PLAN,
  planned,
  planOf,
  Story,
  step,
  stepDone,
  verifying,
  voteOf,
} from "./incident.fixture.js";
import { nextRequiredAction } from "./next-action.js";
import type { Opened } from "./state.js";

const endOf = (story: Story) => [story.state.phase, story.lastRefusal];

describe("an incident from its alert to its end", () => {
  it("goes through every phase, and says the next required action in each", () => {
    const story = new Story().source({
      type: "alert-fired",
      delivery: `dlv_${"a".repeat(26)}`,
      source: "src_prom0000",
      episode: 0,
      startsAt: "2026-03-11T15:00:00.000Z",
      class: "availability",
      severity: 1,
      urgency: "high",
      drill: false,
      linkedTo: null,
    });
    const seen: string[] = [];
    const look = () => seen.push(`${story.state.phase}: ${nextRequiredAction(story.state as Opened).kind}`);
    look();
    story.person(ANA, { type: "assign-owner", owner: ANA });
    look();
    story.verdict = "blocked";
    story.person(ANA, planOf());
    look();
    story.verdict = "ready";
    story.person(ANA, { type: "attach-evidence", evidenceType: "impact-statement", plan: null });
    look();
    story.system({ type: "system-start", plan: PLAN });
    look();
    stepDone(stepDone(story, "scale"), "ticket").system({ type: "advance" });
    look();
    story.system({ type: "check-finished", plan: PLAN, outcome: "passed" });
    look();
    story.person(ANA, { type: "resolve", how: "validated" });
    look();
    story.person(ANA, { type: "close" });
    look();
    expect(seen).toEqual([
      "open: take-ownership",
      "open: propose-plan",
      "planned: satisfy-gate",
      "planned: wait-for-system",
      "executing: wait-for-system",
      "verifying: wait-for-system",
      "verifying: resolve",
      "resolved: close",
      "closed: none",
    ]);
    expect(story.types).toEqual([
      "IncidentOpened",
      "AlertFired",
      "OwnerAssigned",
      "PlanProposed",
      "GateEvaluated",
      "EvidenceAttached",
      "GateEvaluated",
      "GateEvaluated",
      "ExecutionStarted",
      "GateEvaluated",
      "StepAuthorised",
      "StepSucceeded",
      "EvidenceAttached",
      "GateEvaluated",
      "StepAuthorised",
      "StepSucceeded",
      "EvidenceAttached",
      "ExecutionFinished",
      "ValidationRecorded",
      "IncidentResolved",
      "IncidentClosed",
    ]);
  });

  it("takes nothing after its end, and records nothing", () => {
    const story = opened().person(ANA, { type: "cancel", reason: "false-alarm", other: null });
    const count = story.facts.length;
    expect(endOf(story.person(ANA, { type: "add-note" }))).toEqual(["cancelled", "INCIDENT_CLOSED"]);
    expect(story.facts).toHaveLength(count);
  });

  it("is reopened by a new firing once resolved, and by nothing when open", () => {
    const firing = {
      type: "alert-fired",
      delivery: `dlv_${"b".repeat(26)}`,
      source: "src_prom0000",
      episode: 1,
      startsAt: "2026-03-11T16:00:00.000Z",
      class: "availability",
      severity: 1,
      urgency: "high",
      drill: false,
      linkedTo: null,
    } as const;
    const story = opened().person(ANA, { type: "resolve", how: "recovered" }).source(firing);
    expect(story.types.slice(-2)).toEqual(["AlertFired", "IncidentReopened"]);
    expect(story.source({ ...firing, episode: 2 }).types.slice(-2)).toEqual(["IncidentReopened", "AlertFired"]);
  });
});

describe("votes", () => {
  it("count for the plan that was seen", () => expect(approved().lastRefusal).toBeNull());

  it.each<[string, (s: Story) => Story, string]>([
    ["another plan", (s) => s.person(BO, voteOf(s, "approve", OTHER_PLAN)), "PLAN_CHANGED"],
    [
      "a plan that was replaced",
      (s) => {
        const old = voteOf(s);
        return s.person(ANA, planOf(OTHER_PLAN)).person(BO, old);
      },
      "PLAN_CHANGED",
    ],
    ["a view before the plan", (s) => s.person(BO, { ...voteOf(s), atHead: s.facts[0]!.hash } as never), "STALE_VIEW"],
    ["a head of no event", (s) => s.person(BO, { ...voteOf(s), atHead: "f".repeat(64) } as never), "STALE_VIEW"],
    [
      "a decision never made",
      (s) => s.person(BO, { ...voteOf(s), policyDecision: "f".repeat(64) } as never),
      "DECISION_UNKNOWN",
    ],
    [
      "a view before a reject",
      (s) => {
        const old = voteOf(s);
        return s.person(LEE, voteOf(s, "reject")).person(BO, old);
      },
      "STALE_VIEW",
    ],
    ["nothing to revoke", (s) => s.person(BO, voteOf(s, "revoke")), "NOTHING_TO_REVOKE"],
  ])("are refused for %s", (_, vote, code) => {
    const story = vote(planned());
    expect(endOf(story)).toEqual(["planned", code]);
    expect(story.types.at(-1)).toBe("CommandRefused");
  });

  it("are refused with the policy's reason where it discounts them", () => {
    const story = planned();
    story.discount = "conflict-of-duties";
    expect(story.person(ANA, voteOf(story)).lastRefusal).toBe("CONFLICT_OF_DUTIES");
  });

  it("are late once every step is authorised", () => {
    const story = authorise(stepDone(executing(), "scale"), "ticket");
    expect(story.person(LEE, voteOf(story)).lastRefusal).toBe("VOTE_LATE");
    expect(verifying().person(LEE, voteOf(story)).lastRefusal).toBe("VOTE_LATE");
  });
});

describe("execution", () => {
  it("starts only behind a ready gate, and keeps on the record why it didn't", () => {
    const story = planned().system({ type: "system-start", plan: PLAN });
    expect([story.state.phase, story.types.at(-1)]).toEqual(["planned", "GateEvaluated"]);
    expect(dueOf(story.state)).toBeNull();
    const byHand = opened();
    byHand.verdict = "needs-approval";
    byHand.person(ANA, planOf(PLAN, { executor: BO }));
    expect(byHand.person(BO, { type: "start", plan: PLAN }).lastRefusal).toBe("GATE_NOT_READY");
  });

  it("lets a step whose lease ran out before anything was called be authorised again", () => {
    const story = authorise(executing(), "scale");
    story.system({
      type: "step-failed",
      step: "scale",
      of: story.state.seq - 1,
      code: "LEASE_EXPIRED",
      voidsApprovals: false,
    });
    expect(dueOf(story.state)).toMatchObject({ kind: "dispatch", step: "scale" });
  });

  it("leaves starting to the plan's executor", () => {
    const story = opened().person(ANA, planOf(PLAN, { executor: BO }));
    expect(story.person(ANA, { type: "start", plan: PLAN }).lastRefusal).toBe("NOT_THE_EXECUTOR");
    expect(story.person(BO, { type: "start", plan: PLAN }).state.phase).toBe("executing");
  });

  it("holds a step whose gate has shut, and dispatches it again later", () => {
    const story = executing();
    story.verdict = "blocked";
    expect(authorise(story, "scale").types.slice(-2)).toEqual(["GateEvaluated", "StepHeld"]);
    story.verdict = "ready";
    expect(authorise(story, "scale").types.at(-1)).toBe("StepAuthorised");
  });

  it("keeps the order of steps, one at a time", () => {
    expect(authorise(executing(), "ticket").lastRefusal).toBe("OUT_OF_ORDER");
    expect(authorise(authorise(executing(), "scale"), "scale").lastRefusal).toBe("STEP_IN_FLIGHT");
  });

  it("stops between steps and goes back to the plan", () => {
    const story = authorise(executing(), "scale").person(LEE, { type: "stop", plan: PLAN });
    story.system({ type: "step-succeeded", step: "scale", of: story.state.seq - 2 });
    expect(dueOf(story.state)).toEqual({ kind: "advance" });
    expect(story.system({ type: "advance" }).state.phase).toBe("planned");
    expect(dueOf(story.state)).toBeNull();
  });

  it("waits for a person when nobody knows whether a step took effect", () => {
    const story = authorise(executing(), "scale");
    story.system({ type: "step-outcome-unknown", step: "scale", of: story.state.seq - 1, code: "UNREACHABLE" });
    expect(dueOf(story.state)).toBeNull();
    expect(nextRequiredAction(story.state as Opened).kind).toBe("settle-outcome");
    expect(story.person(LEE, { type: "rollback", plan: PLAN }).lastRefusal).toBe("STEP_IN_FLIGHT");
    story.person(LEE, { type: "confirm-step", plan: PLAN, step: "scale", outcome: "not-done" });
    expect(dueOf(story.state)).toMatchObject({ kind: "dispatch", step: "scale" });
  });

  it("lets nobody confirm a step that a connector is still running", () => {
    const story = authorise(executing(), "scale").person(LEE, {
      type: "confirm-step",
      plan: PLAN,
      step: "scale",
      outcome: "done",
    });
    expect(story.lastRefusal).toBe("STEP_STILL_RUNNING");
  });

  it("rolls back in reverse order on the approvals of the steps themselves", () => {
    const story = stepDone(executing(), "scale");
    authorise(story, "ticket").system({
      type: "step-failed",
      step: "ticket",
      of: story.state.seq - 1,
      code: "REFUSED",
      voidsApprovals: false,
    });
    expect(dueOf(story.state)).toBeNull();
    story.verdict = "blocked";
    story.person(LEE, { type: "rollback", plan: PLAN });
    expect(dueOf(story.state)).toMatchObject({ step: "ticket", rollback: true });
    stepDone(stepDone(story, "ticket", true), "scale", true).system({ type: "advance" });
    expect(story.types.at(-1)).toBe("RollbackFinished");
    expect(story.person(ANA, { type: "resolve", how: "validated" }).lastRefusal).toBe("NOT_VALIDATED");
  });

  it("voids the approval when the target moved under it", () => {
    const story = authorise(executing(), "scale");
    story.system({
      type: "step-failed",
      step: "scale",
      of: story.state.seq - 1,
      code: "NON_FAST_FORWARD",
      voidsApprovals: true,
    });
    expect(dueOf(story.state)).toBeNull();
    expect(authorise(story, "scale").lastRefusal).toBe("PLAN_VOIDED");
    story.verdict = "needs-approval";
    expect(story.person(ANA, planOf()).state).toMatchObject({ phase: "planned", votes: [], plan: { voided: false } });
  });

  it("ends a manual step by a person's word", () => {
    const story = opened()
      .person(ANA, planOf(PLAN, { steps: [step("by-hand", "manual")] }))
      .system({ type: "system-start", plan: PLAN });
    authorise(story, "by-hand");
    expect(dueOf(story.state)).toBeNull();
    story.person(BO, { type: "confirm-step", plan: PLAN, step: "by-hand", outcome: "done" });
    expect(dueOf(story.state)).toEqual({ kind: "advance" });
  });
});

describe("what takes control away", () => {
  it.each([
    ["a lower severity", { class: "availability", severity: 2 }, "SECOND_PERSON_NEEDED"],
    ["another class", { class: "latency", severity: 1 }, "SECOND_PERSON_NEEDED"],
    ["the same again", { class: "availability", severity: 1 }, null],
  ] as const)("needs a second person: %s", (_, to, code) =>
    expect(opened().person(ANA, { type: "change-classification", ...to }).lastRefusal).toBe(code),
  );

  it("is named: a duplicate says of what, a false alarm of nothing", () => {
    const other = `inc_${"b".repeat(26)}`;
    const cancel = (reason: "duplicate-of" | "false-alarm", to: string | null) =>
      opened().person(ANA, { type: "cancel", reason, other: to }).lastRefusal;
    expect([cancel("duplicate-of", null), cancel("duplicate-of", other)]).toEqual(["OTHER_INCIDENT_MISMATCH", null]);
    expect([cancel("false-alarm", other), cancel("false-alarm", null)]).toEqual(["OTHER_INCIDENT_MISMATCH", null]);
  });

  it("is confirmed by whoever was named to do it", () => {
    const story = opened().person(ANA, planOf(PLAN, { executor: BO, steps: [step("by-hand", "manual")] }));
    authorise(story.person(BO, { type: "start", plan: PLAN }), "by-hand");
    const confirm = { type: "confirm-step", plan: PLAN, step: "by-hand", outcome: "done" } as const;
    expect(story.person(LEE, confirm).lastRefusal).toBe("NOT_THE_EXECUTOR");
    expect(story.person(BO, confirm).lastRefusal).toBeNull();
  });
});

describe("evidence and tasks", () => {
  it("are verified by another person than the one who attached them", () => {
    const story = opened().person(ANA, { type: "attach-evidence", evidenceType: "impact-statement", plan: null });
    const evidence = story.facts.at(-1)!.eid;
    expect(story.person(ANA, { type: "verify-evidence", evidence }).lastRefusal).toBe("OWN_EVIDENCE");
    expect(story.person(BO, { type: "verify-evidence", evidence }).lastRefusal).toBeNull();
    expect(story.person(LEE, { type: "verify-evidence", evidence }).lastRefusal).toBe("ALREADY_VERIFIED");
  });

  it("stand as open in the closing event", () => {
    const story = opened()
      .person(ANA, { type: "add-task", owner: null, dueAt: null })
      .person(ANA, { type: "add-task", owner: BO, dueAt: null });
    story.person(BO, { type: "complete-task", task: story.facts.at(-1)!.eid });
    story.person(ANA, { type: "resolve", how: "recovered" }).person(ANA, { type: "close" });
    expect(story.facts.at(-1)).toMatchObject({ typ: "IncidentClosed", clear: { openTasks: 1, openDebts: 0 } });
  });
});

describe("what doesn't belong", () => {
  it("is refused on the record: an unknown command, one without its slots, a second opening", () => {
    const story = opened();
    expect(story.person(ANA, { type: "dance" } as never).lastRefusal).toBe("COMMAND_UNKNOWN");
    expect(story.person(ANA, opening).lastRefusal).toBe("ALREADY_OPEN");
    expect(story.types.slice(1)).toEqual(["CommandRefused", "CommandRefused"]);
  });

  it("is refused where a source speaks as a person, or a person as the system", () => {
    const story = opened();
    expect(story.source({ type: "close" } as never).lastRefusal).toBe("WRONG_ACTOR");
    expect(story.person(ANA, { type: "system-start", plan: PLAN } as never).lastRefusal).toBe("WRONG_ACTOR");
  });

  it("fills the record with a hundred refusals of one actor and no more, and what is allowed still counts", () => {
    const story = opened();
    for (let i = 0; i < 101; i++) story.person(ANA, { type: "reopen" });
    expect([story.types.filter((typ) => typ === "CommandRefused").length, story.lastRefusal]).toEqual([
      100,
      "NOT_IN_THIS_PHASE",
    ]);
    expect(story.person(ANA, { type: "add-note" }).types.at(-1)).toBe("NoteAdded");
  });

  it("makes no event before the incident is open", () => {
    const story = new Story().person(ANA, { type: "add-note" });
    expect([story.lastRefusal, story.facts.length]).toEqual(["INCIDENT_NOT_OPEN", 0]);
  });

  it("throws in the fold: an unknown event, one out of sequence, one that the law refuses", () => {
    const { state, facts } = planned();
    const last = facts.at(-1)!;
    const codeOf = (fact: unknown): string => {
      try {
        evolve(state, fact as never);
      } catch (error) {
        return (error as UnlawfulEvent).code;
      }
      return "none";
    };
    expect(codeOf({ ...last, seq: state.seq, typ: "Sabotage" })).toBe("EVENT_UNKNOWN");
    expect(codeOf({ ...last, seq: state.seq + 1 })).toBe("OUT_OF_SEQUENCE");
    expect(codeOf({ ...last, seq: state.seq, typ: "IncidentClosed", clear: { openTasks: 0, openDebts: 0 } })).toBe(
      "NOT_IN_THIS_PHASE",
    );
  });
});
