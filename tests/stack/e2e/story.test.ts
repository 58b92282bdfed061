import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { b64u, unb64u } from "../../../incidents/bytes.js";
import { type Deployment, deploy } from "../support/deployment.js";
import { approveBoth, type Http, httpOf, ok, planBody, prepare, vote } from "../support/http.js";
import { alertNamed, eventsOf, incidentOf, receiptOf, refusalsOf, typesOf } from "./look.js";
import { countersign, type Ended, emptyFolder, removeFolders } from "./program.js";

jest.setTimeout(60_000);

let deployment: Deployment;
let http: Http;
let ids: Deployment["installation"]["ids"];

beforeAll(async () => {
  deployment = await deploy();
  ids = deployment.installation.ids;
  http = httpOf(deployment, await deployment.start("up"));
}, 90_000);
afterAll(() => deployment?.dispose().finally(removeFolders), 30_000);

const repository = () => deployment.sandbox.repository;
const git = (...args: readonly string[]): string =>
  execFileSync("git", [`--git-dir=${repository()}`, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
const head = () => git("rev-parse", "env/prod");
const configuration = () => JSON.parse(git("show", "env/prod:checkout.json"));
/** Throws unless the commit is signed by the key that the repository takes. */
const verifySignature = (commit: string) =>
  git(
    "-c",
    "gpg.format=ssh",
    "-c",
    `gpg.ssh.allowedSignersFile=${join(repository(), "allowed_signers")}`,
    "verify-commit",
    commit,
  );

/** Straight from the sandbox's file: what the ticket system has, whoever asks. */
const ticketLines = (): readonly { readonly op: string; readonly id: string; readonly title: string }[] =>
  readFileSync(join(deployment.home, "tickets.jsonl"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** A reader elsewhere: an empty folder, the receipt, their own trust file, no environment. */
async function verifyElsewhere(receipt: Uint8Array, ...more: readonly string[]): Promise<Ended> {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "receipt.json"), receipt);
  copyFileSync(deployment.installation.paths.trust, join(cwd, "trust.json"));
  return countersign(["verify", "receipt.json", "--trust", "trust.json", ...more], { cwd });
}

const setReplicas = (replicas: number, commit: string) => {
  const [scale, ticket] = planBody(deployment).steps;
  return planBody(deployment, { steps: [{ ...scale, params: { set: { replicas }, expect: { commit } } }, ticket] });
};

const manualPlan = (over: object = {}) =>
  planBody(deployment, {
    title: "Restart the workers by hand",
    risk: "medium",
    steps: ["first", "second"].map((id) => ({
      ...{
        id,
        connector: "manual",
        action: "instruct",
        targets: ["checkout-prod"],
        params: { instructions: `Restart the ${id} half.` },
      },
      ...{ rollback: { none: "A restart needs no undoing." }, expectedMinutes: 5, rollbackMinutes: 0 },
    })),
    successCheck: { kind: "person", person: "sam", instructions: "Look at p95." },
    ...over,
  });

const inPhase = (inc: string, phase: string) => http.until(inc, (incident) => incident.phase === phase);
const waitsFor = (inc: string, kind: string) =>
  http.until(inc, ({ nextRequiredAction }) => nextRequiredAction.kind === kind);
const act = (who: string, inc: string, what: string, body: object = {}) =>
  ok(http.post(who, `/incidents/${inc}/${what}`, body));
const ended: string[] = [];

describe("from an alert to a receipt that anyone can verify", () => {
  let inc: string;
  let task: string;
  let receipt: Uint8Array;

  it("an alert opens one incident, useful before there is any plan", async () => {
    inc = await incidentOf(http, "CheckoutErrorRateHigh");
    const incident = await http.show(inc);
    expect(incident).toMatchObject({
      phase: "open",
      severity: 1,
      urgency: "high",
      services: ["checkout"],
      owner: null,
      plan: null,
      title: "5xx of checkout above 20 %",
    });
    expect(incident.nextRequiredAction).toMatchObject({ kind: "take-ownership", who: "responder" });
    expect(incident.alerts).toMatchObject([{ firing: true, labels: { alertname: "CheckoutErrorRateHigh" } }]);
    expect((await http.get("ana", `/incidents/${inc}/verdict`)).body).toMatchObject({
      verdict: "blocked",
      code: "NO_PLAN",
    });
  });

  it("a plan is blocked until its evidence is there and somebody else has reviewed it", async () => {
    await act("ana", inc, "owner");
    await act("ana", inc, "plan", planBody(deployment));
    expect((await http.show(inc)).gate).toMatchObject({ verdict: "blocked", nextStep: { kind: "attach-evidence" } });
    await act("ana", inc, "evidence", {
      type: "impact-statement",
      reference: "https://wiki.example/impact",
      digest: "a".repeat(64),
    });
    const { gate, evidence } = await http.show(inc);
    expect(gate.verdict).toBe("blocked");
    const review = `/incidents/${inc}/evidence/${evidence.have[0].eid}/verification`;
    expect(await http.post("ana", review)).toMatchObject({ status: 409, body: { code: "OWN_EVIDENCE" } });
    await ok(http.post("bo", review, { comment: "The same on my dashboard." }));
    expect((await http.show(inc)).gate).toMatchObject({
      verdict: "needs-approval",
      nextStep: { kind: "ask-approval" },
    });
  });

  it("the author is refused with the reason, and the refusal is on the record", async () => {
    expect(await vote(http, inc, "ana", "peer-approval")).toMatchObject({
      status: 409,
      body: { code: "CONFLICT_OF_DUTIES", detail: expect.stringContaining("author") },
    });
    expect(refusalsOf(await eventsOf(http, inc))).toEqual([`${ids.ana} OWN_EVIDENCE`, `${ids.ana} CONFLICT_OF_DUTIES`]);
  });

  it("notes and tasks are kept beside it", async () => {
    await act("sam", inc, "notes", { text: "The campaign began at three." });
    task = (await act("bo", inc, "tasks", { title: "Find out why the autoscaler didn't", owner: "lee" })).body.events[0]
      .eid;
    const done = (await act("bo", inc, "tasks", { title: "Tell support" })).body.events[0].eid;
    await act("bo", inc, `tasks/${done}/complete`, { comment: "They know." });
    expect((await http.show(inc)).tasks).toMatchObject([
      { eid: task, status: "open", owner: ids.lee },
      { eid: done, status: "done" },
    ]);
  });

  it("two approvals let it run: one signed commit in the real repository, one ticket in the sandbox", async () => {
    const before = head();
    await approveBoth(http, inc);
    await inPhase(inc, "verifying");
    expect(git("rev-list", `${before}..env/prod`).split("\n")).toHaveLength(1);
    expect(() => verifySignature(head())).not.toThrow();
    expect(configuration()).toMatchObject({ replicas: 6 });
    expect(ticketLines().map(({ op, title }) => [op, title])).toEqual([["created", "Capacity of checkout"]]);
  });

  it("the plan's own check passes; it is resolved and closed with what is still open", async () => {
    await waitsFor(inc, "resolve");
    await act("ana", inc, "resolve", { how: "validated" });
    await act("ana", inc, "close", { summary: "Capacity was raised." });
    const events = await eventsOf(http, inc);
    expect(events.at(-1)).toMatchObject({ typ: "IncidentClosed", clear: { openTasks: 1, openDebts: 0 } });
    const told = [
      "AlertFired",
      "PlanProposed",
      "ApprovalGranted",
      "ExecutionStarted",
      "StepAuthorised",
      "StepSucceeded",
      "ExecutionFinished",
      "ValidationRecorded",
      "IncidentResolved",
      "IncidentClosed",
    ];
    const order = typesOf(events).filter((typ, i, all) => told.includes(typ) && all.indexOf(typ) === i);
    expect(order).toEqual(told);
    expect(await http.show(inc)).toMatchObject({
      phase: "closed",
      validation: "passed",
      nextRequiredAction: { kind: "none" },
    });
  });

  it("its receipt holds exactly its events, and verifies elsewhere with nothing but a trust file", async () => {
    receipt = await receiptOf(http, inc, "all");
    const { code, stdout } = await verifyElsewhere(receipt, "--require-final", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "VERIFIED", exitCode: 0 });
    expect(code).toBe(0);
    expect(JSON.parse(Buffer.from(receipt).toString()).core.events).toHaveLength((await http.show(inc)).count);
    ended.push(inc);
  });

  it("in words, the receipt says what stands open", async () => {
    const { code, stdout } = await verifyElsewhere(receipt);
    expect(code).toBe(0);
    expect(stdout).toContain("VERIFIED");
    expect(stdout).toContain(`Open: task ${task.slice(0, 8)}`);
  });

  it("with one byte altered it is refused, and the event is named", async () => {
    const { bytes, seq } = withOneByteAltered(receipt);
    const { code, stdout } = await verifyElsewhere(bytes, "--json");
    const report = JSON.parse(stdout);
    expect([code, report.verdict]).toEqual([1, "INVALID"]);
    expect(report.findings).toContainEqual(expect.objectContaining({ code: "EVENT_SIGNATURE_BAD", event: seq }));
    expect((await verifyElsewhere(bytes)).stdout).toContain(`EVENT_SIGNATURE_BAD at event ${seq}:`);
  });

  it("verifies as well with no sealed word opened", async () => {
    const closed = await receiptOf(http, inc, "none");
    expect(Buffer.from(closed).includes("campaign")).toBe(false);
    expect(await verifyElsewhere(closed)).toMatchObject({ code: 0 });
  });
});

/** One bit of the plan's digest in the first approval: still canonical JSON of the right shape. */
function withOneByteAltered(receipt: Uint8Array): { readonly bytes: Uint8Array; readonly seq: number } {
  const text = Buffer.from(receipt).toString("utf8");
  const events: readonly { readonly b: string }[] = JSON.parse(text).core.events;
  const seq = events.findIndex(({ b }) => Buffer.from(unb64u(b)).includes('"typ":"ApprovalGranted"'));
  const { b } = events[seq]!;
  const event = Buffer.from(unb64u(b));
  const at = event.indexOf('"plan":"') + '"plan":"'.length;
  event[at] = event[at] === 0x30 ? 0x31 : 0x30;
  return { bytes: Buffer.from(text.replace(b, b64u(event))), seq };
}

describe("when a step fails", () => {
  let inc: string;

  it("a branch that has moved voids the approvals", async () => {
    inc = await incidentOf(http, "CheckoutLatencyHigh");
    await prepare(deployment, http, inc, setReplicas(7, deployment.sandbox.commit));
    await approveBoth(http, inc);
    const { run, plan } = await waitsFor(inc, "decide-after-failure");
    expect([run.steps.scale.status, plan.voided]).toEqual(["failed", true]);
    expect((await eventsOf(http, inc)).find(({ typ }) => typ === "StepFailed")?.clear).toMatchObject({
      code: "NON_FAST_FORWARD",
      voidsApprovals: true,
    });
    expect(configuration()).toMatchObject({ replicas: 6 });
    expect(await vote(http, inc, "lee", "peer-approval")).toMatchObject({ status: 409, body: { code: "PLAN_VOIDED" } });
  });

  it("a repository that refuses the change fails the step, and nothing after it runs", async () => {
    const hook = join(repository(), "hooks", "pre-receive");
    const real = readFileSync(hook, "utf8");
    writeFileSync(hook, "#!/bin/sh\necho 'the change freeze is on' >&2\nexit 1\n");
    chmodSync(hook, 0o755);
    await act("ana", inc, "plan", setReplicas(7, head()));
    await approveBoth(http, inc);
    const { plan, run } = await waitsFor(inc, "decide-after-failure");
    writeFileSync(hook, real);
    expect([run.steps.scale.status, run.steps.ticket.status, plan.voided]).toEqual(["failed", "pending", false]);
    const failures = (await eventsOf(http, inc)).filter(({ typ }) => typ === "StepFailed");
    expect(failures.map(({ clear }) => clear.code)).toEqual(["NON_FAST_FORWARD", "REFUSED_BY_SERVER"]);
    expect(ticketLines()).toHaveLength(1);
  });

  it("another plan needs approvals of its own, and then runs", async () => {
    await act("ana", inc, "plan", setReplicas(8, head()));
    expect((await http.show(inc)).gate.verdict).toBe("needs-approval");
    await approveBoth(http, inc);
    await waitsFor(inc, "resolve");
    expect(configuration()).toMatchObject({ replicas: 8 });
    expect(ticketLines()).toHaveLength(2);
  });

  it("its rollback restores the file by another signed commit, without another vote", async () => {
    const [changed, { plan }] = [head(), await http.show(inc)];
    await act("ana", inc, "rollback", { plan: plan.digest, reason: "The database can't take eight." });
    await http.until(inc, ({ phase, run }) => phase === "verifying" && run.rollingBack);
    expect(configuration()).toMatchObject({ replicas: 6 });
    expect(git("rev-parse", "env/prod^")).toBe(changed);
    expect(() => verifySignature(head())).not.toThrow();
    const back = (await eventsOf(http, inc)).filter(
      ({ typ, clear }) => typ === "StepAuthorised" && clear.rollbackOf !== null,
    );
    expect(back).toMatchObject([{ clear: { step: "scale", leaseUntil: null } }]);
    expect(await http.post("ana", `/incidents/${inc}/resolve`, { how: "validated" })).toMatchObject({
      status: 409,
      body: { code: "NOT_VALIDATED" },
    });
    await act("ana", inc, "resolve", { how: "waived", reason: "Back at six; it holds." });
    await act("ana", inc, "close");
    ended.push(inc);
  });
});

describe("work that people do", () => {
  let inc: string;
  let digest: string;

  it("only the named executor starts it, once the gate is ready, and can't have approved", async () => {
    inc = await incidentOf(http, "CheckoutWorkersStuck");
    await prepare(deployment, http, inc, manualPlan({ executor: "lee" }));
    digest = (await http.show(inc)).plan.digest;
    expect(await http.post("lee", `/incidents/${inc}/start`, { plan: digest })).toMatchObject({
      status: 409,
      body: { code: "GATE_NOT_READY" },
    });
    expect(await vote(http, inc, "lee", "peer-approval")).toMatchObject({
      status: 409,
      body: { code: "CONFLICT_OF_DUTIES" },
    });
    await approveBoth(http, inc);
    expect((await http.show(inc)).nextRequiredAction).toMatchObject({ kind: "start-execution", who: ids.lee });
    expect(await http.post("ana", `/incidents/${inc}/start`, { plan: digest })).toMatchObject({
      status: 409,
      body: { code: "NOT_THE_EXECUTOR" },
    });
    await act("lee", inc, "start", { plan: digest });
    expect((await waitsFor(inc, "confirm-step")).nextRequiredAction.who).toBe(ids.lee);
  });

  it("a stop lets the step in flight end, runs no other, and asks for the plan again", async () => {
    await act("sam", inc, "stop", { plan: digest, reason: "Orders are being lost." });
    expect((await http.show(inc)).phase).toBe("executing");
    await act("lee", inc, "confirmations", {
      plan: digest,
      step: "first",
      outcome: "done",
      comment: "Done and healthy.",
    });
    const { plan } = await inPhase(inc, "planned");
    expect(plan.voided).toBe(true);
    expect((await eventsOf(http, inc)).filter(({ typ }) => typ === "StepAuthorised")).toHaveLength(1);
  });

  it("a plan can be withdrawn, and another one carried out by hand and judged by a named person", async () => {
    await act("ana", inc, "plan/withdraw", { plan: digest, reason: "The system shall start the other." });
    expect(await http.show(inc)).toMatchObject({ phase: "open", plan: null });
    await act("ana", inc, "plan", manualPlan());
    await approveBoth(http, inc);
    digest = (await http.show(inc)).plan.digest;
    for (const step of ["first", "second"]) {
      await http.until(inc, ({ run }) => run?.inFlight?.step === step);
      await act("ana", inc, "confirmations", { plan: digest, step, outcome: "done" });
    }
    await waitsFor(inc, "validate");
    expect(await http.post("bo", `/incidents/${inc}/validation`, { plan: digest, outcome: "passed" })).toMatchObject({
      status: 409,
      body: { code: "NOT_THE_NAMED_PERSON" },
    });
    await act("sam", inc, "validation", { plan: digest, outcome: "passed", reason: "p95 at 310 ms." });
    await act("ana", inc, "resolve", { how: "validated" });
    await act("ana", inc, "close");
    ended.push(inc);
  });
});

describe("other ends", () => {
  let inc: string;

  it("a resolved incident is reopened by a new firing, and by a person", async () => {
    inc = await incidentOf(http, "CheckoutQueueFull", { startsAt: "2026-03-11T15:00:00.000Z" });
    await act("ana", inc, "resolve", { how: "recovered", reason: "The queue drained." });
    await http.alert(alertNamed("CheckoutQueueFull", { startsAt: "2026-03-11T16:00:00.000Z" }));
    await inPhase(inc, "open");
    expect(typesOf(await eventsOf(http, inc)).slice(-2)).toEqual(["AlertFired", "IncidentReopened"]);
    await act("ana", inc, "resolve", { how: "recovered", reason: "It drained again." });
    await act("bo", inc, "reopen", { reason: "It is filling up." });
    expect((await http.show(inc)).phase).toBe("open");
  });

  it("a false alarm is cancelled, and its receipt is final too", async () => {
    await act("ana", inc, "cancel", { why: "false-alarm", reason: "A test of the queue." });
    expect(await http.post("ana", `/incidents/${inc}/notes`, { text: "Too late." })).toMatchObject({
      status: 409,
      body: { code: "INCIDENT_CLOSED" },
    });
    ended.push(inc);
  });

  it("every ended incident has a final receipt that verifies", async () => {
    expect(ended).toHaveLength(4);
    for (const each of ended) {
      const { code, stdout } = await verifyElsewhere(await receiptOf(http, each, "none"), "--require-final");
      expect([each, code, code === 0 ? "" : stdout]).toEqual([each, 0, ""]);
    }
  });
});
