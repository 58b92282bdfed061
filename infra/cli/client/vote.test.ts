import { PassThrough } from "node:stream";
import {
  approvalOf,
  at,
  DECISION,
  HEAD,
  INC,
  ME,
  meAs,
  ok,
  PLAN,
  planned,
  problem,
  recorded,
  run,
  serve,
  TOKEN,
} from "./client.fixture.js";
import { sayYes } from "./question.js";
import type { IncidentView } from "./view.js";

const SHOW = `GET ${at(`/${INC}`)}`;
const VOTE = `POST ${at(`/${INC}/votes`)}`;

const BO = "per_bbbbbbbb";

const cast = (view: IncidentView, ...args: readonly string[]) => castAs(BO, view, ...args);

async function castAs(me: string, view: IncidentView, ...args: readonly string[]) {
  const api = await serve({ [ME]: meAs(me), [SHOW]: ok(view), [VOTE]: recorded("ApprovalGranted", "GateEvaluated") });
  const ran = await run({ COUNTERSIGN_TOKEN: TOKEN, COUNTERSIGN_URL: api.url }, ...args);
  await api.close();
  return { ...ran, votes: api.seen.filter(({ method }) => method === "POST").map(({ body }) => body) };
}

const missing = (...requirements: readonly string[]): IncidentView => ({
  ...planned,
  gate: { ...planned.gate!, missing: requirements.map(approvalOf) },
});

describe("countersign approve", () => {
  it("votes on the plan, the requirement and the state that it has shown", async () => {
    const { votes, err, exit } = await cast(planned, "approve", INC, "--comment", "Looked at the diff");
    expect(exit).toBe(0);
    expect(votes).toEqual([
      {
        verdict: "approve",
        plan: PLAN,
        requirement: "peer-approval",
        comment: "Looked at the diff",
        seen: { head: HEAD, decision: DECISION },
      },
    ]);
    for (const shown of [
      "Route back to 41",
      PLAN.slice(0, 12),
      "blocked",
      "checkout-prod",
      "peer-approval",
      '{"set":{"release":"41"}}',
      'undo {"action":"revert"}',
    ])
      expect(err).toContain(shown);
  });

  it("lists the open requirements where there are several, and votes where one is said", async () => {
    const several = missing("peer-approval", "service-owner-approval");
    const unsaid = await cast(several, "approve", INC);
    expect(unsaid).toMatchObject({ exit: 2, votes: [] });
    expect(unsaid.err).toContain("peer-approval, service-owner-approval");
    expect((await cast(several, "approve", INC, "--requirement", "service-owner-approval")).votes).toMatchObject([
      { requirement: "service-owner-approval" },
    ]);
  });

  it("takes the one of several that counts the voter's vote", async () => {
    const owners = { ...approvalOf("service-owner-approval"), eligible: ["per_cccccccc"] };
    const view = { ...planned, gate: { ...planned.gate!, missing: [approvalOf("peer-approval"), owners] } };
    expect((await cast(view, "approve", INC)).votes).toMatchObject([{ requirement: "peer-approval" }]);
    expect((await castAs("per_cccccccc", view, "approve", INC)).votes).toMatchObject([
      { requirement: "service-owner-approval" },
    ]);
  });

  it("tells whose vote counts, by name, where the voter's doesn't", async () => {
    const ran = await castAs("per_aaaaaaaa", planned, "approve", INC);
    expect(ran).toMatchObject({ exit: 1, votes: [] });
    expect(ran.err).toContain("NOT_ELIGIBLE: ");
    expect(ran.err).toContain("\n  peer-approval: Bo\n");
    expect(
      (await castAs("per_aaaaaaaa", planned, "approve", INC, "--requirement", "peer-approval")).votes,
    ).toHaveLength(1);
  });

  it("shows who wrote the plan by name", async () => {
    expect((await cast(planned, "approve", INC)).err).toContain("executor system, by Ana");
  });

  it.each([
    [["--plan", PLAN], 0],
    [["--plan", PLAN.slice(0, 8)], 0],
    [["--plan", "00000000"], 1],
    [["--plan", "3fa1"], 2],
  ] as const)("insists on a plan: %j", async (args, exit) => {
    const ran = await cast(planned, "approve", INC, ...args);
    expect(ran.exit).toBe(exit);
    expect(ran.votes).toHaveLength(exit === 0 ? 1 : 0);
  });

  it.each([
    [{ ...planned, plan: null }, "NO_PLAN"],
    [{ ...planned, gate: null }, "NO_DECISION"],
    [missing(), "NO_OPEN_REQUIREMENT"],
  ])("has nothing to vote on: %#", async (view, code) => {
    const ran = await cast(view, "approve", INC);
    expect(ran).toMatchObject({ exit: 1, votes: [] });
    expect(ran.err).toContain(`${code}: `);
  });

  it("says why a vote was refused", async () => {
    const api = await serve({
      [ME]: meAs(BO),
      [SHOW]: ok(planned),
      [VOTE]: problem(409, "CONFLICT_OF_DUTIES", "Who authored, requested or executes the plan doesn't approve it."),
    });
    const { exit, err } = await run({ COUNTERSIGN_TOKEN: TOKEN, COUNTERSIGN_URL: api.url }, "approve", INC);
    await api.close();
    expect(exit).toBe(1);
    expect(err.trimEnd().split("\n").at(-1)).toBe(
      "CONFLICT_OF_DUTIES: Who authored, requested or executes the plan doesn't approve it.",
    );
  });

  it("shows another's words without letting them move the cursor or turn the text", async () => {
    const plan = {
      ...planned.plan!,
      title: "Harmless\u001b[2K\u001b[1A\u202Eevil",
      steps: [{ ...planned.plan!.steps[0]!, params: { note: "\u009b2K" } }],
    };
    const { err } = await cast({ ...planned, plan }, "approve", INC);
    expect(err).toContain("Harmless\\u001b[2K\\u001b[1A\\u202eevil");
    for (const control of ["\u001b", "\u009b", "\u202e"]) expect(err).not.toContain(control);
  });
});

describe("countersign revoke and reject", () => {
  const vote = {
    eid: "1".repeat(32),
    seq: 7,
    at: "2026-03-11T15:06:00.000Z",
    person: "per_bbbbbbbb",
    verdict: "approve",
    plan: PLAN,
    requirement: "peer-approval",
    requirementDigest: HEAD,
    assurance: "session",
    onBehalfOf: null,
    groups: [],
  } as const;

  it("takes back a vote on the only requirement that was voted on", async () => {
    const { votes } = await cast({ ...missing(), approvals: { votes: [vote], standing: [vote.eid] } }, "revoke", INC);
    expect(votes).toMatchObject([{ verdict: "revoke", requirement: "peer-approval" }]);
  });

  it("takes back nobody else's vote, and says whose there are", async () => {
    const view = { ...missing(), approvals: { votes: [vote], standing: [vote.eid] } };
    const ran = await castAs("per_aaaaaaaa", view, "revoke", INC);
    expect(ran).toMatchObject({ exit: 1, votes: [] });
    expect(ran.err).toContain("NO_OPEN_REQUIREMENT: ");
    expect(ran.err).toContain("\n  peer-approval: approve by Bo\n");
    const revoked = { ...vote, eid: "2".repeat(32), verdict: "revoke" } as const;
    expect((await cast({ ...view, approvals: { votes: [vote, revoked], standing: [] } }, "revoke", INC)).votes).toEqual(
      [],
    );
  });

  it("rejects what the voter has approved", async () => {
    const view = { ...missing(), approvals: { votes: [vote], standing: [vote.eid] } };
    expect((await cast(view, "reject", INC)).votes).toMatchObject([
      { verdict: "reject", requirement: "peer-approval" },
    ]);
  });

  it("rejects a plan that nobody is asked about any more, where the requirement is said", async () => {
    expect((await cast(missing(), "reject", INC)).err).toContain("say --requirement");
    expect((await cast(missing(), "reject", INC, "--requirement", "peer-approval")).votes).toMatchObject([
      { verdict: "reject" },
    ]);
  });
});

describe("a question", () => {
  it.each([
    ["y\n", true],
    ["YES\n", true],
    ["n\n", false],
    ["\n", false],
    ["yesterday\n", false],
    [null, false],
  ] as const)("answered with %j means %s", async (typed, means) => {
    const input = new PassThrough();
    const answer = sayYes("approve this?", input, new PassThrough());
    if (typed === null) input.end();
    else input.write(typed);
    expect(await answer).toBe(means);
  });
});
