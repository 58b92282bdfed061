import { readFileSync } from "node:fs";
import { decisionDigest, requirementDigest } from "./digests.js";
import { type Context, evaluate } from "./evaluate.js";
import type { Approval, Inputs } from "./inputs.js";
import { instantOf, millis } from "./instants.js";
import { parsePolicy } from "./parse.js";
import { BASE_CASE, PLAN } from "./samples/base-case.js";

const text = readFileSync(new URL("./samples/base-case.policy.yaml", import.meta.url), "utf8");
const policy = parsePolicy(text);
const OLD_PLAN = "b".repeat(64);

const judged = (inputs: Inputs, context?: Context) => evaluate(policy, inputs, context);
const withPlan = (plan: Partial<Inputs["plan"]>): Inputs => ({ ...BASE_CASE, plan: { ...BASE_CASE.plan, ...plan } });
const withVotes = (...approvals: readonly Approval[]): Inputs => ({ ...BASE_CASE, approvals });
const without = (account: string): readonly Approval[] =>
  BASE_CASE.approvals.filter((vote) => vote.account !== account);
const voteOf = (account: string): Approval => BASE_CASE.approvals.find((vote) => vote.account === account)!;
const plus = (...votes: readonly Approval[]): Inputs => withVotes(...BASE_CASE.approvals, ...votes);
const minutesLater = (at: string, minutes: number): string => instantOf(millis(at) + minutes * 60_000);
const control = (inputs: Inputs, id: string, context?: Context) =>
  judged(inputs, context).controls.find((each) => each.id === id)!;
const reasons = (inputs: Inputs, context?: Context) =>
  judged(inputs, context).discounted.map(({ approval, reason }) => `${approval} ${reason}`);
const person = (id: string, changes: Partial<Inputs["directory"]["people"][string]>): Inputs => ({
  ...BASE_CASE,
  directory: {
    ...BASE_CASE.directory,
    people: { ...BASE_CASE.directory.people, [id]: { ...BASE_CASE.directory.people[id]!, ...changes } },
  },
});

describe("the cases of the page", () => {
  it("all satisfied: ready until the metrics are too old", () =>
    expect(judged(BASE_CASE)).toMatchObject({
      verdict: "ready",
      validUntil: "2026-03-11T15:20:00.000Z",
      missing: [],
      discounted: [],
      ways: [],
      nextStep: { kind: "execute" },
      gate: "preview",
      mode: "normal",
    }));

  it("plan edited after the votes: needs approval where no evidence is bound to it", () => {
    const edited = withPlan({ digest: OLD_PLAN });
    const rebound = { ...edited, evidence: edited.evidence.map((piece) => ({ ...piece, planDigest: OLD_PLAN })) };
    expect(judged(rebound).verdict).toBe("needs-approval");
    expect(reasons(rebound)).toEqual(BASE_CASE.approvals.map(({ id }) => `${id} plan-changed`).sort());
  });

  it("plan edited after the votes: blocked by the evidence of the old one", () => {
    expect(judged(withPlan({ digest: OLD_PLAN })).verdict).toBe("blocked");
    expect(control(withPlan({ digest: OLD_PLAN }), "evidence-availability")).toMatchObject({
      outcome: "pending",
      code: "EVIDENCE_OTHER_PLAN",
      missing: [{ kind: "evidence", type: "rollback-plan", from: ["group:service-owner"], condition: "other-plan" }],
    });
  });

  it("the author approves from another account: needs approval", () => {
    const inputs = withVotes(...without("lee"), { ...voteOf("lee"), id: "v", account: "ANA" });
    expect(judged(inputs).verdict).toBe("needs-approval");
    expect(reasons(inputs)).toEqual(["v conflict-of-duties"]);
  });

  it("one person fills two requirements and nobody else voted: needs approval", () => {
    const kim = [
      { ...voteOf("lee"), id: "1", account: "kim" },
      { ...voteOf("di"), id: "2", account: "kim" },
    ];
    const decision = judged(withVotes(voteOf("cy"), voteOf("gus"), ...kim));
    expect(decision.verdict).toBe("needs-approval");
    expect(decision.ways).toMatchObject([{ people: 1, earliest: BASE_CASE.at }]);
  });

  it("the vote expires exactly now: needs approval", () => {
    const at = minutesLater(BASE_CASE.at, -240);
    const expired = withVotes(...without("lee"), { ...voteOf("lee"), at });
    expect(judged(expired).verdict).toBe("needs-approval");
    expect(reasons(expired)).toEqual(["vote-lee-ops-approval expired"]);
    expect(judged({ ...expired, at: instantOf(millis(BASE_CASE.at) - 1) }).verdict).toBe("ready");
  });

  it("an eligible reject of this plan: blocked", () => {
    const decision = judged(
      plus({ ...voteOf("lee"), id: "no", account: "kim", verdict: "reject", at: "2026-03-11T14:40:00.000Z" }),
    );
    expect(decision).toMatchObject({
      verdict: "blocked",
      nextStep: { kind: "change-plan", control: "ops-approval" },
      ways: [],
    });
    expect(decision.controls.find(({ id }) => id === "ops-approval")).toMatchObject({ code: "REJECTED", by: ["kim"] });
  });

  it("a reject of an older plan: no effect", () =>
    expect(
      judged(plus({ ...voteOf("lee"), id: "no", account: "kim", verdict: "reject", planDigest: OLD_PLAN })).verdict,
    ).toBe("ready"));

  it("metrics exactly 30 minutes old: blocked", () => {
    const at = "2026-03-11T15:20:00.000Z";
    expect(judged({ ...BASE_CASE, at })).toMatchObject({
      verdict: "blocked",
      missing: [{ kind: "evidence", type: "metrics-snapshot", condition: "stale" }],
      nextStep: { kind: "attach-evidence", control: "evidence-availability", who: ["role:responder"] },
    });
    expect(judged({ ...BASE_CASE, at: "2026-03-11T15:19:59.999Z" }).verdict).toBe("ready");
  });

  it("a target's environment is unknown: blocked", () =>
    expect(judged(withPlan({ targets: [{ id: "tgt_cart", tier: 1, tags: ["pci"] }] }))).toMatchObject({
      verdict: "blocked",
      missing: [{ kind: "fact", path: "plan.targets.tgt_cart.env", source: "service-catalogue" }],
      nextStep: { kind: "repair-facts", control: "security-approval" },
    }));
});

describe("applicability", () => {
  it("is settled by what is known: another tag needs no environment", () =>
    expect(control(withPlan({ targets: [{ id: "t", tier: 1, tags: ["web"] }] }), "security-approval").outcome).toBe(
      "not-applicable",
    ));

  it("asks one target to meet all members, not two to meet one each", () => {
    const targets = [
      { id: "t", env: "prod", tier: 3, tags: [] },
      { id: "u", env: "test", tier: 3, tags: ["pci"] },
    ];
    expect(control(withPlan({ targets }), "security-approval").outcome).toBe("not-applicable");
  });

  it("holds where one target meets it, however little is known of others", () =>
    expect(control(withPlan({ targets: [...BASE_CASE.plan.targets, { id: "u" }] }), "security-approval").outcome).toBe(
      "satisfied",
    ));

  it("is unknown for a risk that the vocabulary hasn't", () =>
    expect(judged(withPlan({ risk: "extreme" }))).toMatchObject({
      verdict: "blocked",
      nextStep: { kind: "repair-facts" },
    }));

  it("of evidence that may not be wanted is unknown too, unless it is there", () => {
    const alone = { ...policy, controls: policy.controls.filter(({ id }) => id === "evidence-availability") };
    const unknown = withPlan({ risk: "extreme" });
    expect(evaluate(alone, unknown).verdict).toBe("ready");
    expect(evaluate(alone, { ...unknown, evidence: unknown.evidence.slice(0, 2) }).controls[0]).toMatchObject({
      outcome: "indeterminate",
    });
  });
});

describe("votes", () => {
  const lateVote = (changes: Partial<Approval>): Inputs =>
    withVotes(...without("lee"), { ...voteOf("lee"), id: "v", ...changes });

  it.each<[string, Partial<Approval>, string]>([
    ["of an unknown account", { account: "nobody" }, "identity-unresolved"],
    ["of a service account", { account: "bot" }, "not-a-person"],
    ["of someone who left", { account: "zed" }, "inactive"],
    ["of another group's member", { account: "di" }, "not-a-member"],
    ["of someone who wasn't a member when voting", { groupsAtApproval: ["security"] }, "not-a-member"],
    ["from the future", { at: "2026-03-11T15:00:00.001Z" }, "not-yet"],
    ["past their own end", { expiresAt: BASE_CASE.at }, "expired"],
    ["on another wording", { requirementDigest: "c".repeat(64) }, "requirement-changed"],
    ["on a requirement that isn't there", { requirement: "no-such" }, "requirement-changed"],
    ["on a control that asks for none", { requirement: "no-conflict" }, "requirement-changed"],
    ["for someone who delegated nothing", { account: "di", onBehalfOf: "kim" }, "delegation-invalid"],
  ])("%s don't count", (_, changes, reason) => {
    expect(reasons(lateVote(changes))).toEqual([`v ${reason}`]);
    expect(judged(lateVote(changes)).verdict).toBe("needs-approval");
  });

  it("count with the groups they were given with", () =>
    expect(judged(lateVote({ groupsAtApproval: ["sre", "other"] })).verdict).toBe("ready"));

  it("of an account that two persons claim don't count", () => {
    const inputs = { ...lateVote({ account: "shared" }), directory: person("kim", { accounts: ["shared"] }).directory };
    const both = { ...inputs.directory.people, lee: { ...inputs.directory.people.lee!, accounts: ["shared"] } };
    expect(reasons({ ...inputs, directory: { ...inputs.directory, people: both } })).toEqual(["v identity-unresolved"]);
  });

  it("are taken back by a revoke", () => {
    const inputs = plus({ ...voteOf("lee"), id: "r", verdict: "revoke", at: "2026-03-11T14:31:00.000Z" });
    expect(judged(inputs)).toMatchObject({ verdict: "needs-approval", discounted: [{ reason: "revoked" }] });
  });

  it("are not taken back by another person's revoke", () =>
    expect(judged(plus({ ...voteOf("lee"), id: "r", account: "kim", verdict: "revoke" })).verdict).toBe("ready"));

  it("can be given again after a revoke", () => {
    const revoke: Approval = { ...voteOf("lee"), id: "r", verdict: "revoke", at: "2026-03-11T14:31:00.000Z" };
    expect(judged(plus(revoke, { ...voteOf("lee"), id: "again", at: "2026-03-11T14:32:00.000Z" })).verdict).toBe(
      "ready",
    );
  });

  it("don't lift a veto: only a revoke does", () => {
    const no: Approval = { ...voteOf("lee"), id: "no", verdict: "reject", at: "2026-03-11T14:31:00.000Z" };
    const yes: Approval = { ...voteOf("lee"), id: "yes", at: "2026-03-11T14:32:00.000Z" };
    const back: Approval = { ...no, id: "back", verdict: "revoke", at: "2026-03-11T14:33:00.000Z" };
    const again: Approval = { ...yes, id: "again", at: "2026-03-11T14:34:00.000Z" };
    expect(judged(plus(no, yes)).verdict).toBe("blocked");
    expect(judged(plus(no, yes, back)).verdict).toBe("needs-approval");
    expect(judged(plus(no, yes, back, again)).verdict).toBe("ready");
  });

  it("of one person at one instant are read with the more careful word last", () => {
    const no: Approval = { ...voteOf("lee"), id: "a", verdict: "reject" };
    expect(judged(plus(no)).verdict).toBe("blocked");
    expect(judged(withVotes(no, ...BASE_CASE.approvals)).verdict).toBe("blocked");
  });

  it("against a plan by its own author veto nothing", () =>
    expect(judged(plus({ ...voteOf("lee"), id: "no", account: "ana", verdict: "reject" })).verdict).toBe("ready"));
});

describe("assurance", () => {
  const strict = parsePolicy(text.replace("group:sre, count: 1", "group:sre, count: 1, assurance: passkey"));
  const votes = (...changes: Partial<Approval>[]): Inputs =>
    withVotes(
      ...without("lee"),
      ...changes.map((change, i) => ({ ...voteOf("lee"), id: `v${i}`, at: `2026-03-11T14:3${i}:00.000Z`, ...change })),
    );

  it("discounts a lower vote", () => {
    const decision = evaluate(strict, votes({}));
    expect(decision).toMatchObject({ verdict: "needs-approval", discounted: [{ reason: "assurance-too-low" }] });
    expect(evaluate(strict, votes({ assurance: "passkey" })).verdict).toBe("ready");
  });

  it("lets anyone reject, and lifts the veto only as an approval would", () => {
    const yes: Partial<Approval> = { account: "kim", assurance: "passkey" };
    const no: Partial<Approval> = { verdict: "reject" };
    expect(evaluate(strict, votes(yes, no)).verdict).toBe("blocked");
    expect(evaluate(strict, votes(yes, no, { verdict: "revoke" })).verdict).toBe("blocked");
    expect(evaluate(strict, votes(yes, no, { verdict: "revoke", assurance: "passkey" })).verdict).toBe("ready");
  });
});

describe("seats", () => {
  it("need different seats: two commanders are one", () => {
    const inputs = { ...withVotes(...without("gus"), { ...voteOf("cy"), id: "2", account: "kim" }) };
    const groups = person("kim", { groups: ["incident-commander"] }).directory;
    expect(control({ ...inputs, directory: groups }, "duty-quorum")).toMatchObject({
      outcome: "pending",
      missing: [{ count: 1, from: ["group:duty-manager", "group:service-owner"], eligible: ["eve", "gus"] }],
    });
  });

  it("name who could still vote, without those who already sit elsewhere", () => {
    const inputs = withVotes(
      ...without("di").map((vote) => (vote.account === "lee" ? { ...vote, account: "kim" } : vote)),
    );
    const missing = control(
      { ...inputs, directory: person("lee", { active: false }).directory },
      "security-approval",
    ).missing;
    expect(missing).toEqual([
      {
        kind: "approval",
        requirement: "security-approval",
        count: 1,
        from: ["group:security"],
        eligible: ["di", "eve"],
        unsatisfiable: false,
      },
    ]);
  });

  it("that nobody is left to fill block", () => {
    const leaver = person("di", { active: false });
    const people = Object.fromEntries(
      Object.entries(leaver.directory.people).filter(([id]) => id !== "kim" && id !== "eve"),
    );
    const decision = judged({ ...leaver, directory: { ...leaver.directory, people } });
    expect(decision).toMatchObject({
      verdict: "blocked",
      missing: [{ requirement: "security-approval", eligible: [], unsatisfiable: true }],
      nextStep: { kind: "escalate", control: "security-approval" },
      ways: [],
    });
  });
});

describe("people", () => {
  it.each([
    ["nobody", {}],
    ["two persons", { lee: ["clash"], di: ["clash"] }],
  ])("block where an author's account belongs to %s", (_, accounts: Record<string, string[]>) => {
    const people = Object.entries(BASE_CASE.directory.people).map(([id, each]) => [
      id,
      { ...each, accounts: accounts[id] ?? each.accounts },
    ]);
    const inputs = {
      ...withPlan({ authors: ["clash"] }),
      directory: { ...BASE_CASE.directory, people: Object.fromEntries(people) },
    };
    expect(judged(inputs)).toMatchObject({ verdict: "blocked", nextStep: { kind: "repair-facts" } });
    const { controls } = policy;
    const careless = { ...policy, controls: controls.filter(({ id }) => id !== "separation-of-duties") };
    expect(evaluate(careless, inputs).verdict).toBe("blocked");
  });

  it("block a plan that a service account wrote", () =>
    expect(judged(withPlan({ authors: ["bot"] }))).toMatchObject({
      verdict: "blocked",
      nextStep: { kind: "change-plan" },
    }));

  it("that execute the plan don't approve it", () =>
    expect(reasons(withPlan({ executor: "lee" }))).toEqual(["vote-lee-ops-approval conflict-of-duties"]));
});

describe("delegations", () => {
  const delegation = {
    from: "lee",
    to: "cy",
    groups: ["sre"],
    start: "2026-03-11T14:00:00.000Z",
    end: "2026-03-11T15:10:00.000Z",
  };
  const delegated = (changes: Partial<typeof delegation>, ...votes: readonly Approval[]): Inputs => ({
    ...withVotes(...without("lee"), ...votes),
    directory: {
      ...BASE_CASE.directory,
      people: { ...BASE_CASE.directory.people, sub: { accounts: [], groups: [], active: true } },
      delegations: [{ ...delegation, to: "sub", ...changes }],
    },
  });
  const proxy: Approval = { ...voteOf("lee"), id: "p", account: "sub", onBehalfOf: "lee" };

  it("let another vote, until they end", () =>
    expect(judged(delegated({}, proxy))).toMatchObject({ verdict: "ready", validUntil: delegation.end }));

  it.each<[string, Partial<typeof delegation>]>([
    ["that had ended", { end: BASE_CASE.at }],
    ["that began after the vote", { start: "2026-03-11T14:30:00.001Z" }],
    ["of another group", { groups: ["security"] }],
    ["of someone who is no member", { from: "di" }],
  ])("%s give nothing", (_, changes) => {
    expect(reasons(delegated(changes, { ...proxy, onBehalfOf: changes.from ?? "lee" }))).toHaveLength(1);
    expect(judged(delegated(changes, { ...proxy, onBehalfOf: changes.from ?? "lee" })).verdict).toBe("needs-approval");
  });

  it("of an author exclude the delegate's vote", () =>
    expect(reasons(delegated({ from: "ana" }, { ...proxy, onBehalfOf: "ana" }))).toEqual(["p conflict-of-duties"]));

  it("count principal and delegate once", () => {
    const inputs = delegated({}, { ...proxy, id: "p" }, voteOf("lee"));
    expect(judged(inputs).verdict).toBe("ready");
    expect(reasons(inputs)).toHaveLength(1);
    expect(reasons(inputs)).toContain("p principal-already-counted");
  });

  it("name the delegate among those who can vote", () =>
    expect(control(delegated({}), "ops-approval").missing).toMatchObject([{ eligible: ["kim", "lee", "sub"] }]));
});

describe("exceptions", () => {
  const exception = {
    id: "x",
    control: "security-approval",
    targets: ["tgt_cart"],
    from: "2026-03-11T14:00:00.000Z",
    until: "2026-03-11T15:15:00.000Z",
    approvedBy: "eve",
  };
  const excepted = (changes: Partial<typeof exception>): Inputs => ({
    ...withVotes(...without("di")),
    exceptions: [{ ...exception, ...changes }],
  });

  it("waive their control while they last", () => {
    expect(judged(excepted({}))).toMatchObject({ verdict: "ready", validUntil: exception.until });
    expect(control(excepted({}), "security-approval")).toMatchObject({ outcome: "waived", code: "EXCEPTION" });
  });

  it.each<[string, Partial<typeof exception>]>([
    ["for other targets", { targets: [] }],
    ["that are over", { until: BASE_CASE.at }],
    ["that the author approved", { approvedBy: "bo" }],
    ["that nobody known approved", { approvedBy: "x" }],
    ["for another control", { control: "ops-approval" }],
  ])("%s waive nothing", (_, changes) =>
    expect(control(excepted(changes), "security-approval").outcome).toBe("pending"),
  );

  it("are ignored where a control is never waivable", () => {
    const inputs = { ...excepted({ control: "no-conflict" }), inFlight: undefined };
    expect(control(inputs, "no-conflict").outcome).toBe("indeterminate");
  });
});

describe("other actions", () => {
  const busy = { id: "inc_2", planDigest: OLD_PLAN, targets: ["tgt_cart"] };

  it("on the same target block", () =>
    expect(judged({ ...BASE_CASE, inFlight: [busy] })).toMatchObject({
      verdict: "blocked",
      nextStep: { kind: "wait-for-window", control: "no-conflict" },
    }));
  it("on another target don't", () =>
    expect(judged({ ...BASE_CASE, inFlight: [{ ...busy, targets: ["tgt_x"] }] }).verdict).toBe("ready"));
  it("that are unknown block", () =>
    expect(judged({ ...BASE_CASE, inFlight: undefined })).toMatchObject({
      verdict: "blocked",
      missing: [{ kind: "fact", path: "inFlight" }],
    }));
});

describe("evidence", () => {
  const only = (changes: Partial<Inputs["evidence"][number]>): Inputs => ({
    ...BASE_CASE,
    evidence: BASE_CASE.evidence.map((piece) => (piece.type === "rollback-plan" ? { ...piece, ...changes } : piece)),
  });
  it.each<[string, Partial<Inputs["evidence"][number]>, string]>([
    ["of another incident", { incident: "inc_2" }, "absent"],
    ["from the future", { at: "2026-03-11T15:00:00.001Z" }, "absent"],
    ["by someone outside the group", { by: "lee" }, "not-eligible"],
    ["by a service account", { by: "bot" }, "not-eligible"],
    ["for another plan", { planDigest: OLD_PLAN }, "other-plan"],
    ["for no plan", { planDigest: undefined }, "other-plan"],
    ["unverified", { status: "unverified" }, "unverified"],
  ])("%s doesn't count", (_, changes, condition) =>
    expect(judged(only(changes))).toMatchObject({
      verdict: "blocked",
      missing: [{ kind: "evidence", type: "rollback-plan", condition }],
    }),
  );
});

describe("a policy that changes in flight", () => {
  const tightened = parsePolicy(text.replace("expiresAfter: 2h", "expiresAfter: 1h"));
  const renamed = parsePolicy(text.replace("title: Security approves", "title: Security agrees to"));

  it("counts a control of the same text once, whatever its title", () => {
    expect(judged(BASE_CASE, { pinned: policy }).verdict).toBe("ready");
    expect(judged(BASE_CASE, { pinned: renamed }).controls).toHaveLength(policy.controls.length);
  });

  it("asks for both wordings, by different people", () => {
    const pinned = judged(BASE_CASE, { pinned: tightened });
    expect(pinned.verdict).toBe("needs-approval");
    expect(pinned.missing).toMatchObject([{ requirement: "security-approval@pinned", eligible: ["eve", "kim"] }]);
    const vote = { ...voteOf("di"), id: "v", account: "eve", requirement: "security-approval@pinned" };
    expect(judged(plus(vote), { pinned: tightened })).toMatchObject({
      verdict: "ready",
      validUntil: "2026-03-11T15:20:00.000Z",
    });
  });

  it("binds a vote with a digest to the wording that was voted on", () => {
    const digest = requirementDigest(tightened, "security-approval");
    const votes = withVotes(...without("di"), { ...voteOf("di"), requirementDigest: digest });
    expect(judged(votes, { pinned: tightened }).missing).toMatchObject([{ requirement: "security-approval" }]);
    expect(reasons(votes)).toEqual(["vote-di-security-approval requirement-changed"]);
  });

  it("keeps asking for a control that the active policy dropped", () => {
    const dropped = { ...policy, controls: policy.controls.filter(({ id }) => id !== "security-approval") };
    const decision = evaluate(dropped, withVotes(...without("di")), { pinned: policy });
    expect(decision.missing).toMatchObject([{ requirement: "security-approval@pinned" }]);
    expect(evaluate(dropped, BASE_CASE, { pinned: policy }).verdict).toBe("ready");
  });
});

describe("a decision", () => {
  it("has one digest per section, and one of the inputs that binds the instant", () => {
    const decision = judged(BASE_CASE);
    const { at: _, ...sections } = BASE_CASE;
    expect(Object.keys(decision.sections).sort()).toEqual(Object.keys(sections).sort());
    const later = judged({ ...BASE_CASE, at: "2026-03-11T15:00:00.001Z" });
    expect(later.sections).toEqual(decision.sections);
    expect(later.inputsDigest).not.toBe(decision.inputsDigest);
    expect(judged({ ...BASE_CASE, inFlight: undefined }).sections).not.toHaveProperty("inFlight");
  });

  it("keeps its digest when only wording changes", () => {
    const { decisionDigest: first, ...rest } = judged(BASE_CASE);
    const reworded = {
      ...rest,
      nextStep: { ...rest.nextStep, text: "Go." },
      controls: rest.controls.map((each) => ({ ...each, title: "", because: [] })),
    };
    expect(decisionDigest(reworded)).toBe(first);
    expect(decisionDigest({ ...reworded, verdict: "blocked" })).not.toBe(first);
  });

  it("names no person in its sentences", () => {
    const decisions = [
      BASE_CASE,
      withVotes(),
      plus({ ...voteOf("lee"), id: "n", account: "kim", verdict: "reject" }),
    ].map((inputs) => judged(inputs));
    const words = decisions.flatMap(({ controls, nextStep }) => [
      nextStep.text,
      ...controls.flatMap(({ because }) => because),
    ]);
    expect(words.length).toBeGreaterThan(15);
    for (const name of Object.keys(BASE_CASE.directory.people))
      expect(words.join(" ")).not.toMatch(new RegExp(`\\b${name}\\b`));
  });

  it("carries gate and step", () =>
    expect(judged(BASE_CASE, { gate: "step", step: "s1" })).toMatchObject({
      gate: "step",
      subject: { incident: "inc_1", planDigest: PLAN, step: "s1" },
    }));

  it("refuses an instant that isn't one, with a code", () =>
    expect(() => judged({ ...BASE_CASE, at: "soon" })).toThrow(
      expect.objectContaining({ name: "PolicyInputError", code: "BAD_TIME" }),
    ));
});
