import { resendOnce } from "./incidents/resender.js";
import { StoreUnavailable } from "./ports.js";
import { type Client, listening, type Reply } from "./testing/client.js";
import { ORG, PEOPLE, SOURCE } from "./testing/fakes.js";

let api: Client;
beforeAll(async () => {
  api = await listening();
});
afterAll(() => api.close());

const OPENING = { title: "Checkout is down", request: "Bring checkout back", class: "availability", severity: 1 };
const PLAN = {
  title: "Roll back",
  request: "Return to 41",
  risk: "high",
  executor: "ana",
  steps: [
    {
      id: "deploy",
      connector: "git",
      action: "set-version",
      targets: ["checkout-prod"],
      params: { version: "41" },
      rollback: { action: "set-version", params: { version: "42" } },
      expectedMinutes: 5,
      rollbackMinutes: 5,
    },
  ],
  successCheck: { kind: "person", person: "bo", instructions: "Look at the graph." },
};

const open = async (): Promise<string> => (await api.post("ana", "/incidents", OPENING)).body.incident;
const propose = (inc: string, plan: unknown = PLAN) => api.post("ana", `/incidents/${inc}/plan`, plan);
const show = async (inc: string) => (await api.get("ana", `/incidents/${inc}`)).body;
const planned = async (): Promise<string> => {
  const inc = await open();
  expect((await propose(inc)).status).toBe(200);
  return inc;
};
const vote = async (who: string, inc: string, requirement: string, change: object = {}) => {
  const { plan, head, gate } = await show(inc);
  return api.post(who, `/incidents/${inc}/votes`, {
    verdict: "approve",
    plan: plan.digest,
    requirement,
    seen: { head, decision: gate.decisionDigest },
    ...change,
  });
};

function expectProblem(reply: Reply, status: number, code: string): void {
  expect([reply.status, reply.body.code]).toEqual([status, code]);
  expect(reply.type).toContain("application/problem+json");
  expect(Object.keys(reply.body)).toEqual(expect.arrayContaining(["type", "title", "status", "code", "detail"]));
}

describe("who may ask", () => {
  it("refuses a missing, a garbled and an unknown token", async () => {
    expectProblem(await api.get(null, "/incidents"), 401, "NO_TOKEN");
    expectProblem(
      await api.call("ana", "GET", "/v1/orgs/acme/incidents", undefined, { authorization: "Basic YTpi" }),
      401,
      "BAD_TOKEN",
    );
    expectProblem(await api.get("nobody", "/incidents"), 401, "BAD_TOKEN");
  });

  it("refuses another organisation's token, and another organisation's path", async () => {
    expectProblem(await api.get("stranger", "/incidents"), 403, "WRONG_ORG");
    expectProblem(await api.call("ana", "GET", "/v1/orgs/other/incidents"), 403, "WRONG_ORG");
  });

  it("lets an auditor read and not act, and a machine ask for a verdict only as a reader", async () => {
    const inc = await open();
    expect((await api.get("eve", `/incidents/${inc}`)).status).toBe(200);
    expectProblem(await api.post("eve", `/incidents/${inc}/notes`, { text: "hi" }), 403, "ROLE_MISSING");
    expect((await api.get("ci", `/incidents/${inc}/verdict`)).status).toBe(200);
    expectProblem(await api.get("ci", `/incidents/${inc}/receipt`), 403, "ROLE_MISSING");
    expectProblem(await api.post("alerts", "/incidents", OPENING), 403, "ROLE_MISSING");
  });

  it("tells any credential who it is", async () => {
    const me = async (token: string) => (await api.get(token, "/me")).body;
    expect(await me("ana")).toEqual({
      id: PEOPLE.ana.id,
      kind: "person",
      name: "ana",
      org: "acme",
      roles: ["responder", "approver"],
      groups: ["sre"],
    });
    expect(await me("eve")).toMatchObject({ roles: ["auditor"], groups: [] });
    expect(await me("ci")).toEqual({ id: "mch_ci000000", kind: "machine", name: "ci", org: "acme", roles: ["ci"] });
    expect(await me("alerts")).toEqual({
      id: SOURCE,
      kind: "source",
      name: "alertmanager",
      org: "acme",
      roles: ["source"],
    });
    expectProblem(await api.get("nobody", "/me"), 401, "BAD_TOKEN");
    expectProblem(await api.call("alerts", "GET", "/v1/orgs/other/me"), 403, "WRONG_ORG");
  });

  it("writes every denial down, without token or body", async () => {
    await api.post("nobody", "/incidents", { title: "secret words" });
    const denial = api.denials.at(-1)!;
    expect(denial).toMatchObject({ code: "BAD_TOKEN", method: "POST", route: "/v1/orgs/:org/incidents", actor: null });
    expect(JSON.stringify(api.denials)).not.toMatch(/nobody|secret words/);
  });
});

describe("bodies", () => {
  it("refuses what isn't strict JSON", async () => {
    expectProblem(await api.post("ana", "/incidents", '{"title":'), 400, "BODY_NOT_JSON");
    expectProblem(await api.post("ana", "/incidents", '{"title":"a","title":"b"}'), 400, "BODY_INVALID");
    expectProblem(
      await api.post("ana", "/incidents", JSON.stringify(OPENING).replace("1}", "1.5}")),
      400,
      "BODY_INVALID",
    );
    expectProblem(await api.post("ana", "/incidents", `${"[".repeat(50_000)}`), 400, "BODY_INVALID");
  });

  it("names unknown and wrong fields by JSON Pointer", async () => {
    const reply = await api.post("ana", "/incidents", { ...OPENING, severity: 9, admin: true });
    expectProblem(reply, 400, "BODY_INVALID");
    expect(reply.body.problems.map(({ path }: { path: string }) => path)).toEqual(["/admin", "/severity"]);
    expect(api.denials.at(-1)).toMatchObject({ code: "BODY_INVALID", actor: PEOPLE.ana.id });
  });

  it("refuses a body over its limit, told or untold", async () => {
    expectProblem(await api.post("ana", "/incidents", "x".repeat(256 * 1024 + 1)), 413, "BODY_TOO_LARGE");
    const chunks = new Blob([new Uint8Array(300 * 1024)]).stream();
    const init = {
      method: "POST",
      body: chunks,
      duplex: "half",
      headers: { authorization: "Bearer ana", "content-type": "application/json" },
    };
    const untold = await fetch(`${api.url}/v1/orgs/acme/incidents`, init as RequestInit);
    expect([untold.status, ((await untold.json()) as { code: string }).code]).toEqual([413, "BODY_TOO_LARGE"]);
  });

  it("answers unknown routes and URLs with a problem", async () => {
    expectProblem(await api.call("ana", "GET", "/v1/nothing"), 404, "ROUTE_UNKNOWN");
    expectProblem(await api.call("ana", "GET", "/v1/orgs/%zz/incidents"), 400, "URL_INVALID");
    expectProblem(await api.get("ana", "/incidents/inc_nonsense"), 404, "INCIDENT_UNKNOWN");
    for (const limit of ["0", "501", "1e2", "+1"])
      expectProblem(await api.get("ana", `/incidents?limit=${limit}`), 400, "QUERY_INVALID");
  });

  it("refuses a command id that isn't one, and an event id that isn't one", async () => {
    expectProblem(
      await api.post("ana", "/incidents", OPENING, { "idempotency-key": "short" }),
      400,
      "IDEMPOTENCY_KEY_INVALID",
    );
    expectProblem(await api.post("ana", `/incidents/${await open()}/tasks/7/complete`, {}), 400, "URL_INVALID");
  });
});

describe("an incident", () => {
  it("is opened by hand and shown as one object with its next required action", async () => {
    const inc = await open();
    const shown = await show(inc);
    expect(shown).toMatchObject({
      inc,
      phase: "open",
      title: OPENING.title,
      request: OPENING.request,
      count: 1,
      owner: null,
    });
    expect(shown.nextRequiredAction.kind).toBe("take-ownership");
    await api.post("bo", `/incidents/${inc}/owner`, {});
    expect((await show(inc)).owner).toBe(PEOPLE.bo.id);
    const next = {
      kind: "propose-plan",
      who: "responder",
      text: "Propose a plan, or resolve with a reason if it recovered by itself.",
    };
    const list = (await api.get("ana", "/incidents")).body;
    expect(list.incidents[0]).toMatchObject({
      inc,
      title: OPENING.title,
      owner: PEOPLE.bo.id,
      nextRequiredAction: next,
    });
    expect(list.people[PEOPLE.bo.id]).toBe("bo");
  });

  it("is listed for a pipeline without its words and without names", async () => {
    const inc = await open();
    const { incidents, people } = (await api.get("ci", "/incidents?limit=500")).body;
    expect(incidents[0]).toMatchObject({ inc, title: null, phase: "open" });
    expect(people).toBeUndefined();
  });

  it("is shown with the names of everybody in it, for whoever may read it", async () => {
    const inc = await planned();
    const { gate, people } = (await api.get("eve", `/incidents/${inc}`)).body;
    const eligible = gate.missing.flatMap((each: { eligible?: string[] }) => each.eligible ?? []);
    expect(eligible).toContain(PEOPLE.sam.id);
    expect(people).toEqual({ [PEOPLE.ana.id]: "ana", [PEOPLE.bo.id]: "bo", [PEOPLE.sam.id]: "sam" });
    const recorded = (await api.post("bo", `/incidents/${inc}/acknowledge`, {})).body;
    expect([recorded.people, recorded.sources]).toEqual([{ [PEOPLE.bo.id]: "bo" }, {}]);
  });

  it("gives its events from any one on, with the phase that they lead to", async () => {
    const inc = await open();
    for (const text of ["one", "two"]) await api.post("bo", `/incidents/${inc}/notes`, { text });
    const all = (await api.get("ana", `/incidents/${inc}/events`)).body;
    const since = (await api.get("ana", `/incidents/${inc}/events?from=2`)).body;
    expect(since).toEqual({ ...all, events: all.events.slice(2), people: { [PEOPLE.bo.id]: "bo" } });
    expect([all.count, all.phase, all.people]).toEqual([3, "open", { [PEOPLE.ana.id]: "ana", [PEOPLE.bo.id]: "bo" }]);
    expect((await api.get("ana", `/incidents/${inc}/events?from=3`)).body).toMatchObject({
      events: [],
      head: all.head,
      count: 3,
    });
    for (const from of ["-1", "1.5", "01", "x", ""])
      expectProblem(await api.get("ana", `/incidents/${inc}/events?from=${from}`), 400, "QUERY_INVALID");
  });

  it("is answered as recorded though the directory can't be read", async () => {
    const other = await listening();
    Object.assign(other.ports.catalogue, { person: () => Promise.reject(new Error("down")) });
    const reply = await other.post("ana", "/incidents", OPENING);
    await other.close();
    expect([reply.status, reply.body.events[0].typ]).toEqual([200, "IncidentOpened"]);
  });

  it("seals every word, who acted, and from where", async () => {
    await open();
    const last = api.sealed.slice(-5);
    expect(last.map(({ path }) => path)).toEqual(["/request", "/services", "/title", "/address", "/name"]);
    expect(last.find(({ path }) => path === "/name")?.value).toBe("ana");
    expect(last.find(({ path }) => path === "/services")?.value).toBeNull();
  });

  it("keeps every task and note", async () => {
    const inc = await open();
    expect((await api.post("ana", `/incidents/${inc}/notes`, { text: "looking" })).status).toBe(200);
    const task = (await api.post("ana", `/incidents/${inc}/tasks`, { title: "Write it up", owner: "sam" })).body
      .events[0].eid;
    expect((await api.post("ana", `/incidents/${inc}/tasks/${task}/assign`, { owner: "bo" })).status).toBe(200);
    expect((await api.post("ana", `/incidents/${inc}/tasks/${task}/complete`, { comment: "done" })).status).toBe(200);
    expect((await show(inc)).tasks).toEqual([
      { eid: task, status: "done", owner: PEOPLE.bo.id, dueAt: null, title: "Write it up" },
    ]);
    expectProblem(await api.post("ana", `/incidents/${inc}/tasks/${task}/drop`, { reason: "no" }), 409, "TASK_UNKNOWN");
    expect(
      (await api.get("ana", `/incidents/${inc}/events`)).body.events.map(({ typ }: { typ: string }) => typ),
    ).toEqual(["IncidentOpened", "NoteAdded", "TaskAdded", "TaskAssigned", "TaskDone", "CommandRefused"]);
  });

  it("refuses everything after its end, and says so in the audit table", async () => {
    const inc = await open();
    expect((await api.post("ana", `/incidents/${inc}/cancel`, { why: "false-alarm", reason: "test" })).status).toBe(
      200,
    );
    expectProblem(await api.post("ana", `/incidents/${inc}/notes`, { text: "late" }), 409, "INCIDENT_CLOSED");
    expect(api.denials.at(-1)).toMatchObject({ code: "INCIDENT_CLOSED", inc });
    expect((await show(inc)).count).toBe(2);
  });
});

describe("a plan", () => {
  it("is judged at once, and the gate names what is missing", async () => {
    const inc = await planned();
    const { gate, plan, evidence, nextRequiredAction } = await show(inc);
    expect(gate.verdict).toBe("blocked");
    expect(plan).toMatchObject({
      title: "Roll back",
      risk: "high",
      executor: PEOPLE.ana.id,
      targets: { tgt_checkout: "checkout-prod" },
    });
    expect(plan.steps[0]).toMatchObject({ targets: ["tgt_checkout"], params: { version: "41" } });
    expect(evidence.required).toEqual([expect.objectContaining({ kind: "evidence", type: "impact-statement" })]);
    expect(nextRequiredAction).toMatchObject({
      kind: "satisfy-gate",
      who: "responder",
      gate: { kind: "attach-evidence" },
    });
  });

  it("needs a rollback or a reason for having none", async () => {
    const inc = await open();
    const { rollback: _, ...step } = PLAN.steps[0]!;
    const reply = await propose(inc, { ...PLAN, steps: [step] });
    expectProblem(reply, 400, "PLAN_WITHOUT_ROLLBACK");
    expect(reply.body.problems[0].path).toBe("/steps/0/rollback");
    expect((await propose(inc, { ...PLAN, steps: [{ ...step, rollback: { none: "It is a read." } }] })).status).toBe(
      200,
    );
  });

  it("that names a target nobody knows is refused on the record, with the word said to its author only", async () => {
    const inc = await open();
    const reply = await propose(inc, { ...PLAN, steps: [{ ...PLAN.steps[0], targets: ["nowhere-1"] }] });
    expectProblem(reply, 409, "TARGET_UNKNOWN");
    expect(reply.body.detail).toContain("nowhere-1");
    const { events } = (await api.get("ana", `/incidents/${inc}/events`)).body;
    expect(events.at(-1)).toMatchObject({ typ: "CommandRefused", clear: { code: "TARGET_UNKNOWN" } });
    expect(JSON.stringify(events)).not.toContain("nowhere-1");
  });

  it("names people that exist", async () => {
    expectProblem(await propose(await open(), { ...PLAN, executor: "mallory" }), 400, "PERSON_UNKNOWN");
  });
});

describe("votes", () => {
  it("count once evidence is in; the author's is refused with the reason", async () => {
    const inc = await planned();
    const evidence = { type: "impact-statement", reference: "https://wiki/1", digest: "a".repeat(64) };
    const attached = (await api.post("ana", `/incidents/${inc}/evidence`, evidence)).body.events[0].eid;
    expectProblem(
      await api.post("ana", `/incidents/${inc}/evidence/${attached}/verification`, {}),
      409,
      "OWN_EVIDENCE",
    );
    expect((await api.post("bo", `/incidents/${inc}/evidence/${attached}/verification`, {})).status).toBe(200);
    expect((await show(inc)).nextRequiredAction).toMatchObject({
      kind: "satisfy-gate",
      who: "approver",
      gate: { kind: "ask-approval" },
    });
    expectProblem(await vote("ana", inc, "peer-approval"), 409, "CONFLICT_OF_DUTIES");
    expect((await vote("bo", inc, "peer-approval")).status).toBe(200);
    expect((await show(inc)).gate.verdict).toBe("needs-approval");
    expect((await vote("sam", inc, "service-owner-approval")).status).toBe(200);
    expect((await show(inc)).gate.verdict).toBe("ready");
    const started = await api.post("ana", `/incidents/${inc}/start`, { plan: (await show(inc)).plan.digest });
    expect(started.body.events.map(({ typ }: { typ: string }) => typ)).toEqual(["GateEvaluated", "ExecutionStarted"]);
  });

  it("that reject a plan give the turn back to the responders", async () => {
    const inc = await planned();
    expect((await vote("bo", inc, "peer-approval", { verdict: "reject" })).status).toBe(200);
    expect((await show(inc)).nextRequiredAction).toMatchObject({
      kind: "satisfy-gate",
      who: "responder",
      gate: { kind: "change-plan" },
    });
  });

  it("on an old plan, for an unknown requirement, or with an old view are refused on the record", async () => {
    const inc = await planned();
    const { plan, head } = await show(inc);
    await propose(inc, { ...PLAN, risk: "low" });
    expectProblem(await vote("bo", inc, "peer-approval", { plan: plan.digest }), 409, "PLAN_CHANGED");
    expectProblem(await vote("bo", inc, "no-such-control"), 409, "REQUIREMENT_CHANGED");
    const seen = { head, decision: (await show(inc)).gate.decisionDigest };
    expectProblem(await vote("bo", inc, "service-owner-approval", { seen }), 409, "STALE_VIEW");
    const { events } = (await api.get("ana", `/incidents/${inc}/events`)).body;
    expect(events.slice(-3).every(({ typ }: { typ: string }) => typ === "CommandRefused")).toBe(true);
  });
});

describe("a command id", () => {
  const key = (id: string) => ({ "idempotency-key": id });

  it("with the same bytes gives the first result, and changes nothing", async () => {
    const inc = await open();
    const first = await api.post("ana", `/incidents/${inc}/notes`, { text: "one" }, key(`${inc}-1`));
    const again = await api.post("ana", `/incidents/${inc}/notes`, '{ "text" : "one" }', key(`${inc}-1`));
    expect(again.body).toEqual(first.body);
    expect((await show(inc)).count).toBe(2);
    expect((await api.get("ana", `/commands/${inc}-1`)).body).toEqual(first.body);
  });

  it("with other bytes, or from somebody else, is refused on the record", async () => {
    const inc = await open();
    await api.post("ana", `/incidents/${inc}/notes`, { text: "one" }, key(`${inc}-2`));
    expectProblem(
      await api.post("ana", `/incidents/${inc}/notes`, { text: "two" }, key(`${inc}-2`)),
      409,
      "COMMAND_ID_REUSED",
    );
    expectProblem(
      await api.post("bo", `/incidents/${inc}/notes`, { text: "one" }, key(`${inc}-2`)),
      409,
      "COMMAND_ID_REUSED",
    );
    const { events } = (await api.get("ana", `/incidents/${inc}/events`)).body;
    expect(events.slice(2).map(({ clear }: { clear: object }) => clear)).toEqual([
      expect.objectContaining({ code: "COMMAND_ID_REUSED" }),
      expect.objectContaining({ code: "COMMAND_ID_REUSED" }),
    ]);
  });

  it("opens one incident however often it is sent", async () => {
    const replies = await Promise.all([1, 2, 3].map(() => api.post("ana", "/incidents", OPENING, key("opening-0001"))));
    expect(new Set(replies.map(({ body }) => body.incident)).size).toBe(1);
  });

  it("of another incident is refused and audited", async () => {
    const [one, two] = [await open(), await open()];
    await api.post("ana", `/incidents/${one}/notes`, { text: "one" }, key(`${one}-3`));
    expectProblem(
      await api.post("ana", `/incidents/${two}/notes`, { text: "one" }, key(`${one}-3`)),
      409,
      "COMMAND_ID_REUSED",
    );
    expect((await show(two)).count).toBe(1);
  });

  it("that nobody sent isn't known", async () => {
    expectProblem(await api.get("ana", "/commands/never-sent"), 404, "COMMAND_UNKNOWN");
  });
});

describe("a part that is down", () => {
  afterEach(() => {
    api.workflows.mode = "up";
  });

  it("takes a command with 202, and carries it out when it is back, without its sender", async () => {
    const inc = await open();
    api.workflows.mode = "down";
    const headers = { "idempotency-key": `${inc}-4` };
    expect((await api.post("ana", `/incidents/${inc}/notes`, { text: "one" }, headers)).status).toBe(202);
    await resendOnce(api.ports, ORG);
    expect((await api.get("ana", `/commands/${inc}-4`)).status).toBe(202);
    api.workflows.mode = "up";
    await resendOnce(api.ports, ORG);
    expect((await api.get("ana", `/commands/${inc}-4`)).status).toBe(200);
  });

  it("that takes the signal and is slow gets 202 and a place to ask", async () => {
    const inc = await open();
    api.workflows.mode = "deaf";
    const reply = await api.post("ana", `/incidents/${inc}/notes`, { text: "one" }, { "idempotency-key": `${inc}-5` });
    expect([reply.status, reply.body.status]).toEqual([202, `/v1/orgs/acme/commands/${inc}-5`]);
    expect(reply.headers.get("location")).toBe(reply.body.status);
    expect((await api.get("ana", `/commands/${inc}-5`)).status).toBe(202);
  });

  it("is named by health, with what still works and what waits", async () => {
    const { status, body } = await api.call(null, "GET", "/health");
    expect([status, body.status, body.parts[0].part]).toEqual([200, "degraded", "temporal"]);
    expect(body.parts[0]).toMatchObject({ waiting: 3, works: expect.stringContaining("Alerts are stored") });
  });
});

it("records no more refusals of somebody after a hundred, and still carries out what is allowed", async () => {
  const inc = await open();
  for (let i = 0; i < 100; i++)
    expect((await api.post("ana", `/incidents/${inc}/reopen`, { reason: "no" })).status).toBe(409);
  expectProblem(await api.post("ana", `/incidents/${inc}/reopen`, { reason: "no" }), 429, "TOO_MANY_REFUSALS");
  expect((await api.post("ana", `/incidents/${inc}/notes`, { text: "one" })).status).toBe(200);
  expect((await api.post("bo", `/incidents/${inc}/notes`, { text: "one" })).status).toBe(200);
});

describe("reading", () => {
  it("gives the verdict to people and to CI, and records nothing", async () => {
    const inc = await open();
    expect((await api.get("ci", `/incidents/${inc}/verdict`)).body).toMatchObject({
      verdict: "blocked",
      code: "NO_PLAN",
    });
    await propose(inc);
    const { count } = await show(inc);
    expect((await api.get("ci", `/incidents/${inc}/verdict`)).body).toMatchObject({
      verdict: "blocked",
      nextStep: { kind: "attach-evidence" },
    });
    const text = await api.call("ana", "GET", `/v1/orgs/acme/incidents/${inc}/verdict`, undefined, {
      accept: "text/plain",
    });
    expect(text.type).toContain("text/plain");
    expect(text.body).toMatch(/^verdict: blocked\nmissing: /);
    expect((await show(inc)).count).toBe(count);
  });

  it("serves the receipt with none or all openings", async () => {
    const inc = await open();
    expect((await api.get("eve", `/incidents/${inc}/receipt`)).body).toEqual({ openings: "none" });
    const all = await api.get("eve", `/incidents/${inc}/receipt?openings=all`);
    expect([all.body.openings, all.type]).toEqual(["all", "application/vnd.countersign.receipt.v1+json"]);
    expectProblem(await api.get("eve", `/incidents/${inc}/receipt?openings=some`), 400, "QUERY_INVALID");
  });

  it("serves metrics and the document without a token", async () => {
    const metrics = await api.call(null, "GET", "/metrics");
    expect(metrics.body).toContain("countersign_http_request_duration_seconds_count");
    expect(metrics.body).not.toMatch(/inc_[0-9a-z]{26}/);
    expect((await api.call(null, "GET", "/openapi.json")).body.openapi).toBe("3.1.0");
  });
});

describe("alerts", () => {
  const alert = (change: object = {}) => ({
    status: "firing",
    labels: { alertname: "Down", service: "checkout", env: "prod", severity: "critical" },
    annotations: {},
    startsAt: "2026-03-11T15:00:00.123456789Z",
    endsAt: "0001-01-01T00:00:00Z",
    fingerprint: "aa00",
    ...change,
  });
  const post = (token: string | null, alerts: readonly object[]) =>
    api.call(token, "POST", "/v1/alerts/alertmanager", { version: "4", alerts });

  it("are stored one by one, and known again whatever twin sends them", async () => {
    const first = await post("alerts", [alert(), alert({ fingerprint: "aa01" })]);
    expect([first.status, first.body.deliveries.length]).toEqual([202, 2]);
    const twin = await api.call("alerts", "POST", "/v1/alerts/alertmanager", {
      version: "4",
      externalURL: "http://twin",
      alerts: [alert()],
    });
    expect([twin.status, twin.body.deliveries]).toEqual([200, [first.body.deliveries[0]]]);
  });

  it("that can't be placed go to triage, and none is lost", async () => {
    const bad = [
      alert({ fingerprint: "" }),
      alert({
        fingerprint: "aa02",
        labels: { alertname: "Down", service: "x".repeat(1024 * 1024), env: "prod", severity: "critical" },
      }),
      alert({ fingerprint: "aa03", labels: { alertname: "Down", severity: "critical" } }),
      alert({ fingerprint: "aa04", labels: { ...alert().labels, severity: "purple" } }),
      alert({ fingerprint: "aa05", startsAt: "yesterday" }),
      { nonsense: 1 },
    ];
    const codes = [
      "FINGERPRINT_MISSING",
      "LABEL_TOO_LONG",
      "LABEL_MISSING",
      "SEVERITY_UNMAPPED",
      "TIME_INVALID",
      "ALERT_MALFORMED",
    ];
    const reply = await post("alerts", bad);
    expect([reply.status, reply.body.deliveries.map(({ triage }: { triage: string }) => triage)]).toEqual([202, codes]);
    expect((await api.get("ana", "/triage")).body.items.map(({ code }: { code: string }) => code)).toEqual(codes);
    expect((await api.get("ana", "/triage")).body.sources).toEqual({ [SOURCE]: "alertmanager" });
  });

  it("come from sources only, as an Alertmanager webhook", async () => {
    expectProblem(await post(null, [alert()]), 401, "NO_TOKEN");
    expectProblem(await post("ana", [alert()]), 403, "ROLE_MISSING");
    expectProblem(await api.call("alerts", "POST", "/v1/alerts/alertmanager", "{"), 400, "BODY_NOT_JSON");
    expectProblem(
      await api.call("alerts", "POST", "/v1/alerts/alertmanager", { version: "3", alerts: [] }),
      400,
      "BODY_INVALID",
    );
    expectProblem(
      await api.call("alerts", "POST", "/v1/alerts/alertmanager", "x".repeat(4 * 1024 * 1024 + 1)),
      413,
      "BODY_TOO_LARGE",
    );
  });
});

describe("closing", () => {
  it("answers what runs and takes nothing new", async () => {
    const other = await listening();
    const inc = (await other.post("ana", "/incidents", OPENING)).body.incident;
    other.workflows.mode = "deaf";
    const running = other.post("ana", `/incidents/${inc}/notes`, { text: "one" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await other.close();
    expect((await running).status).toBe(202);
    await expect(other.get("ana", "/incidents")).rejects.toThrow("fetch failed");
  });
});

describe("an error that nobody foresaw", () => {
  it("is a problem without a word of it, and a log line without a word of the caller's", async () => {
    const other = await listening();
    Object.assign(other.ports.catalogue, { person: () => Promise.reject(new Error("password=hunter2")) });
    const inc = (await other.post("ana", "/incidents", OPENING)).body.incident;
    const reply = await other.post("ana", `/incidents/${inc}/owner`, { owner: "canary" });
    expectProblem(reply, 500, "INTERNAL");
    expect(JSON.stringify([reply.body, other.lines])).not.toMatch(/hunter2|canary|at .*\.ts/);
    expect(other.lines).toEqual([
      { event: "internal-error", route: "/v1/orgs/:org/incidents/:inc/owner", error: "Error" },
    ]);
    await other.close();
  });
});

it("asks a source to send again when too much arrives at once, and when the store is down", async () => {
  const other = await listening();
  const { put } = other.ports.inbox;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  Object.assign(other.ports.inbox, {
    put: (deliveries: Parameters<typeof put>[0]) => held.then(() => put(deliveries)),
  });
  const post = () => other.call("alerts", "POST", "/v1/alerts/alertmanager", { version: "4", alerts: [{}] });
  const replies = Array.from({ length: 70 }, post);
  await Promise.race(replies).then((first) => expectProblem(first, 503, "OVERLOADED"));
  release();
  expect(
    (await Promise.all(replies)).filter(({ status }) => status === 202 || status === 200).length,
  ).toBeGreaterThanOrEqual(64);
  Object.assign(other.ports.inbox, { put: () => Promise.reject(new StoreUnavailable("down")) });
  expectProblem(await post(), 503, "STORE_UNAVAILABLE");
  await other.close();
});
