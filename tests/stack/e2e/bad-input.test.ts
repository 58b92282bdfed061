import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { Client, Connection } from "@temporalio/client";
import { b64u, hex } from "../../../incidents/bytes.js";
import type { Command } from "../../../incidents/commands.js";
import { dataConverterOf } from "../../../infra/codec/data-converter.js";
import { newKey } from "../../../infra/keys/make.js";
import { ROLES } from "../../../infra/keys/roles.js";
import { gatewaySigner } from "../../../infra/keys/signers.js";
import { keyStoreOf, openKeyStore } from "../../../infra/keys/store.js";
import { openPostgres } from "../../../infra/sql/postgres.js";
import { signCommand } from "../../../services/incidents/submit.js";
import { COMMAND_SIGNAL, workflowIdOf } from "../../../workflows/messages.js";
import { type Deployment, deploy, needTemporal, type Process } from "../support/deployment.js";
import { approveBoth, type Http, httpOf, ok, planBody, prepare, type Reply, vote } from "../support/http.js";
import { alertNamed, eventsOf, openByHand, receiptOf, refusalsOf } from "./look.js";
import { countersign, emptyFolder, removeFolders } from "./program.js";

jest.setTimeout(60_000);

let deployment: Deployment;
let up: Process;
let http: Http;
let ids: Deployment["installation"]["ids"];
let sql: ReturnType<typeof openPostgres>;
let connection: Connection;
let inc: string;

beforeAll(async () => {
  deployment = await deploy();
  ids = deployment.installation.ids;
  up = await deployment.start("up");
  http = httpOf(deployment, up);
  sql = openPostgres({ url: deployment.env.DATABASE_URL!, poolSize: 1, warn: () => {} });
  connection = await Connection.connect({ address: needTemporal() });
  inc = await openByHand(http);
}, 90_000);
afterAll(async () => {
  await connection?.close();
  await sql?.close();
  await deployment?.dispose();
  removeFolders();
}, 30_000);

/** Whatever came in, the next normal command is taken. */
afterEach(async () => {
  expect(await http.post("bo", `/incidents/${inc}/notes`, { text: "It goes on." })).toMatchObject({ status: 200 });
});

const auditCodes = async (): Promise<readonly string[]> =>
  (await sql.query<{ code: string }>("select code from audit_denials order by id")).map(({ code }) => code);

/** Answered with the code, nothing recorded in the incident, and the denial in the audit table. */
async function isDenied(asked: () => Promise<Reply>, status: number, code: string): Promise<Reply> {
  const [events, denials] = [await eventsOf(http, inc), await auditCodes()];
  const reply = await asked();
  expect(reply).toMatchObject({
    status,
    body: { code, status, type: expect.stringMatching(/^urn:countersign:problem:/) },
  });
  expect(await eventsOf(http, inc)).toEqual(events);
  expect(await auditCodes()).toEqual([...denials, code]);
  return reply;
}

/** Answered with the code, and that person's refusal is the incident's newest event. */
async function isRefusedOnRecord(asked: () => Promise<Reply>, who: string, code: string, of = inc): Promise<void> {
  const before = refusalsOf(await eventsOf(http, of));
  expect(await asked()).toMatchObject({ status: 409, body: { code, command: expect.any(String) } });
  expect(refusalsOf(await eventsOf(http, of))).toEqual([...before, `${ids[who]} ${code}`]);
}

const note = (body: unknown, headers?: Record<string, string>) =>
  http.post("ana", `/incidents/${inc}/notes`, body, headers);
const withToken = (token: string | null, path = `/v1/orgs/acme/incidents/${inc}/notes`) =>
  http.raw(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: '{"text":"?"}',
  });
const ana = () => deployment.installation.tokens.ana!;

describe("who asks", () => {
  it.each([
    ["no token", () => null, 401, "NO_TOKEN"],
    ["garbage for a token", () => "garbage", 401, "BAD_TOKEN"],
    ["a token that nobody has", () => `cs_acme_${"A".repeat(43)}`, 401, "BAD_TOKEN"],
    ["a token of another organisation", () => `cs_other_${"A".repeat(43)}`, 403, "WRONG_ORG"],
    ["a source's token", () => deployment.installation.tokens.alertmanager!, 403, "ROLE_MISSING"],
    ["a pipeline's token", () => deployment.installation.tokens.ci!, 403, "ROLE_MISSING"],
    ["an auditor's token", () => deployment.installation.tokens.eve!, 403, "ROLE_MISSING"],
  ])("%s doesn't act", async (_, token, status, code) => {
    await isDenied(() => withToken(token()), status, code);
  });

  it("a good token doesn't act in another organisation", () =>
    isDenied(() => withToken(ana(), `/v1/orgs/other/incidents/${inc}/notes`), 403, "WRONG_ORG"));

  it("a person's token sends no alerts, and no token none either", async () => {
    await isDenied(() => http.alert(alertNamed("Intruder"), ana()), 403, "ROLE_MISSING");
    await isDenied(() => http.raw("/v1/alerts/alertmanager", { method: "POST", body: "{}" }), 401, "NO_TOKEN");
  });
});

describe("what isn't a body", () => {
  it.each([
    ["over the limit", { text: "x".repeat(300 * 1024) }, 413, "BODY_TOO_LARGE"],
    ["broken JSON", '{"text": "cut o', 400, "BODY_NOT_JSON"],
    ["no JSON at all", "\u0000\u0001", 400, "BODY_NOT_JSON"],
    ["an unknown field", { text: "x", actor: "per_00000000" }, 400, "BODY_INVALID"],
    ["a field twice", '{"text":"one","text":"two"}', 400, "BODY_INVALID"],
    ["another shape", ["text"], 400, "BODY_INVALID"],
    ["a field missing", {}, 400, "BODY_INVALID"],
  ])("%s", async (_, body, status, code) => {
    await isDenied(() => note(body), status, code);
  });

  it("names the unknown field", async () => {
    expect((await note({ text: "x", actor: "me" })).body.problems).toMatchObject([{ path: "/actor" }]);
  });

  it("a command id that isn't one", async () => {
    await isDenied(() => note({ text: "x" }, { "idempotency-key": "a b" }), 400, "IDEMPOTENCY_KEY_INVALID");
  });

  it("an incident that isn't there", async () => {
    for (const unknown of [`inc_${"0".repeat(26)}`, "nonsense", "%00"])
      for (const reply of [
        await http.get("ana", `/incidents/${unknown}`),
        await http.post("ana", `/incidents/${unknown}/notes`, { text: "x" }),
      ])
        expect(reply).toMatchObject({ status: 404, body: { code: "INCIDENT_UNKNOWN" } });
    expect(await http.get("ana", "/commands/%00")).toMatchObject({ status: 404, body: { code: "COMMAND_UNKNOWN" } });
  });
});

describe("alerts that nobody can place", () => {
  const triaged = async (): Promise<readonly { readonly delivery: string; readonly code: string }[]> =>
    (await http.get("ana", "/triage")).body.items;

  it.each([
    ["a label of 1 MB", { labels: { huge: "x".repeat(1024 * 1024) } }, "LABEL_TOO_LONG"],
    ["an empty fingerprint", { fingerprint: "" }, "FINGERPRINT_MISSING"],
    ["a label that the correlation needs", { labels: { service: "" } }, "LABEL_MISSING"],
    ["a severity that nobody mapped", { labels: { severity: "dire" } }, "SEVERITY_UNMAPPED"],
    ["a time that isn't one", { startsAt: "yesterday" }, "TIME_INVALID"],
  ])("%s is stored, listed for a person, and opens nothing", async (name, over, code) => {
    const incidents = (await http.get("ana", "/incidents")).body.incidents.length;
    const { status, body } = await http.alert(alertNamed(`Odd ${code} ${name.length}`, over));
    expect([status, body.deliveries]).toMatchObject([202, [{ incident: null, triage: code }]]);
    expect(await triaged()).toContainEqual(expect.objectContaining({ delivery: body.deliveries[0].delivery, code }));
    expect((await http.get("ana", "/incidents")).body.incidents).toHaveLength(incidents);
  });

  it.each([
    ["broken JSON", '{"version":"4"', 400, "BODY_NOT_JSON"],
    ["another version", { version: "3", alerts: [] }, 400, "BODY_INVALID"],
    ["over 4 MiB", `{"version":"4","alerts":[{"x":"${"x".repeat(4 * 1024 * 1024)}"}]}`, 413, "BODY_TOO_LARGE"],
  ])("a webhook that is %s is refused", async (_, body, status, code) => {
    await isDenied(() => http.alert(body), status, code);
  });
});

describe("commands that come wrong or late", () => {
  const planAt = () => `/incidents/${inc}/plan`;

  it("a plan without a rollback", async () => {
    const { rollback: _, ...step } = planBody(deployment).steps[0]!;
    const { body } = await isDenied(
      () => http.post("ana", planAt(), planBody(deployment, { steps: [step] })),
      400,
      "PLAN_WITHOUT_ROLLBACK",
    );
    expect(body.problems).toMatchObject([{ path: "/steps/0/rollback" }]);
  });

  it("a plan for a target that the catalogue doesn't have", async () => {
    const [step] = planBody(deployment).steps;
    await isRefusedOnRecord(
      () => http.post("ana", planAt(), planBody(deployment, { steps: [{ ...step, targets: ["nowhere"] }] })),
      "ana",
      "TARGET_UNKNOWN",
    );
    expect((await http.show(inc)).plan).toBeNull();
  });

  it("a vote where there is no plan", async () => {
    const none = "0".repeat(64);
    const body = { verdict: "approve", plan: none, requirement: "peer-approval", seen: { head: none, decision: none } };
    await isRefusedOnRecord(() => http.post("bo", `/incidents/${inc}/votes`, body), "bo", "NO_PLAN");
  });

  it("an approval of an old plan, and one of an old view", async () => {
    await prepare(deployment, http, inc);
    const old = await http.show(inc);
    await ok(http.post("ana", planAt(), planBody(deployment, { risk: "medium" })));
    await isRefusedOnRecord(
      () => vote(http, inc, "bo", "peer-approval", "approve", { plan: old.plan.digest }),
      "bo",
      "PLAN_CHANGED",
    );
    await isRefusedOnRecord(
      () =>
        vote(http, inc, "bo", "peer-approval", "approve", {
          seen: { head: old.head, decision: old.gate.decisionDigest },
        }),
      "bo",
      "STALE_VIEW",
    );
  });

  it("an approval for a requirement that doesn't exist, and one by a stranger to its group", async () => {
    const before = refusalsOf(await eventsOf(http, inc)).length;
    const unknown = await vote(http, inc, "bo", "no-such-thing");
    const stranger = await vote(http, inc, "sam", "peer-approval");
    expect([unknown.status, stranger.status, stranger.body.code]).toEqual([409, 409, "NOT_A_MEMBER"]);
    expect(refusalsOf(await eventsOf(http, inc)).slice(before)).toEqual([
      `${ids.bo} ${unknown.body.code}`,
      `${ids.sam} NOT_A_MEMBER`,
    ]);
  });

  it("an approval after the execution", async () => {
    await approveBoth(http, inc);
    await http.until(inc, ({ phase, validation }) => phase === "verifying" && validation !== null);
    await isRefusedOnRecord(() => vote(http, inc, "lee", "peer-approval"), "lee", "VOTE_LATE");
  });

  it("a command twice is answered twice and done once", async () => {
    const key = { "idempotency-key": "note-once-0001" };
    const [first, second] = [await note({ text: "Once." }, key), await note({ text: "Once." }, key)];
    expect(first.status).toBe(200);
    expect(second).toEqual(first);
    const both = await Promise.all(
      [1, 2, 3].map(() => note({ text: "At once." }, { "idempotency-key": "note-once-0002" })),
    );
    expect(new Set(both.map(({ body }) => JSON.stringify(body)))).toHaveProperty("size", 1);
    const notes = (await eventsOf(http, inc)).filter(({ typ, actor }) => typ === "NoteAdded" && actor.id === ids.ana);
    expect(notes).toHaveLength(2);
  });

  it("a command id with other bytes, by its owner or by somebody else", async () => {
    const key = { "idempotency-key": "note-once-0001" };
    await isRefusedOnRecord(() => note({ text: "Something else." }, key), "ana", "COMMAND_ID_REUSED");
    await isRefusedOnRecord(
      () => http.post("bo", `/incidents/${inc}/notes`, { text: "Once." }, key),
      "bo",
      "COMMAND_ID_REUSED",
    );
  });

  it("a command id of another incident touches neither", async () => {
    const other = await openByHand(http, "Another one");
    const asked = () =>
      http.post("ana", `/incidents/${other}/notes`, { text: "Once." }, { "idempotency-key": "note-once-0001" });
    await isDenied(asked, 409, "COMMAND_ID_REUSED");
    expect(await eventsOf(http, other)).toHaveLength(1);
    expect((await http.post("ana", `/incidents/${other}/cancel`, { why: "false-alarm" })).status).toBe(200);
    await isDenied(() => http.post("ana", `/incidents/${other}/notes`, { text: "Late." }), 409, "INCIDENT_CLOSED");
  });
});

describe("signals past the API", () => {
  const keys = () => openKeyStore(deployment.installation.paths.keys);
  const namespace = () => deployment.env.TEMPORAL_NAMESPACE!;
  const plain = () => new Client({ connection, namespace: namespace() });
  const encoded = (dataConverter = dataConverterOf(keys())) =>
    new Client({ connection, namespace: namespace(), dataConverter });
  const handleOf = (client: Client) => client.workflow.getHandle(workflowIdOf("acme", inc));
  const strangersKeys = () =>
    keyStoreOf(
      ROLES.map((role) => newKey(role, "acme", new Date(0))),
      "memory",
    );

  const raw = (encoding: string, data: Uint8Array) =>
    connection.workflowService.signalWorkflowExecution({
      namespace: namespace(),
      workflowExecution: { workflowId: workflowIdOf("acme", inc) },
      signalName: COMMAND_SIGNAL,
      input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data }] },
    });

  /** A note that Ana never wrote. */
  const forged = (of: string): Command => ({
    ...{ v: 1, org: "acme", inc: of, commandId: `forged_${hex(randomBytes(8))}` },
    ...{
      actor: { kind: "person", id: ids.ana! },
      assurance: "session",
      issuedAt: new Date().toISOString(),
      body: { type: "add-note" },
    },
    sealed: ["/address", "/name", "/text"].map((path) => [path, hex(randomBytes(16)), hex(randomBytes(32))] as const),
  });
  const envelopeBy = (signer: ReturnType<typeof gatewaySigner>, command: Command) => ({
    envelope: b64u(signCommand(signer, command)),
  });
  const ours = () => gatewaySigner(keys());

  it.each<[string, () => Promise<unknown>, string]>([
    ["garbage in plain text", () => handleOf(plain()).signal(COMMAND_SIGNAL, "garbage"), "MALFORMED"],
    [
      "a good-looking command in plain text",
      () => handleOf(plain()).signal(COMMAND_SIGNAL, envelopeBy(ours(), forged(inc))),
      "MALFORMED",
    ],
    ["a foreign encoding", () => raw("binary/nobodys", randomBytes(64)), "MALFORMED"],
    ["our encoding round random bytes", () => raw("binary/encrypted", randomBytes(64)), "MALFORMED"],
    [
      "another installation's encryption",
      () => handleOf(encoded(dataConverterOf(strangersKeys()))).signal(COMMAND_SIGNAL, {}),
      "MALFORMED",
    ],
    ["an unknown name", () => handleOf(encoded()).signal("approve-everything", { plan: "all" }), "MALFORMED"],
    ["no argument", () => handleOf(encoded()).signal(COMMAND_SIGNAL), "MALFORMED"],
    [
      "a well-formed command without an envelope",
      () => handleOf(encoded()).signal(COMMAND_SIGNAL, forged(inc)),
      "NO_ENVELOPE",
    ],
    [
      "an envelope that holds no command",
      () => handleOf(encoded()).signal(COMMAND_SIGNAL, { envelope: b64u(randomBytes(100)) }),
      "MALFORMED",
    ],
    [
      "an envelope signed by an unknown key",
      () => handleOf(encoded()).signal(COMMAND_SIGNAL, envelopeBy(gatewaySigner(strangersKeys()), forged(inc))),
      "BAD_ENVELOPE",
    ],
    [
      "an envelope that claims our key",
      () =>
        handleOf(encoded()).signal(
          COMMAND_SIGNAL,
          envelopeBy({ keyid: ours().keyid, sign: () => randomBytes(64) }, forged(inc)),
        ),
      "BAD_ENVELOPE",
    ],
    [
      "an envelope of another incident",
      () => handleOf(encoded()).signal(COMMAND_SIGNAL, envelopeBy(ours(), forged(`inc_${"0".repeat(26)}`))),
      "BAD_ENVELOPE",
    ],
    [
      "a signed envelope whose words were never stored",
      () => handleOf(encoded()).signal(COMMAND_SIGNAL, envelopeBy(ours(), forged(inc))),
      "BAD_ENVELOPE",
    ],
  ])("%s is refused on the record and changes nothing else", async (_, send, code) => {
    const before = await eventsOf(http, inc);
    await send();
    await http.until(inc, ({ count }) => count > before.length);
    expect((await eventsOf(http, inc)).slice(before.length)).toMatchObject([
      { typ: "CommandRefused", actor: { kind: "system", id: "system" }, clear: { code } },
    ]);
  });

  it("a stranger's flood of them ends in silence, not in a full record", async () => {
    const before = await eventsOf(http, inc);
    await Promise.all(Array.from({ length: 40 }, () => handleOf(plain()).signal(COMMAND_SIGNAL, "garbage")));
    await note({ text: "After the flood." });
    const refused = (await eventsOf(http, inc)).filter(
      ({ typ, actor }) => typ === "CommandRefused" && actor.kind === "system",
    );
    expect(refused).toHaveLength(20);
    expect(await eventsOf(http, inc)).toHaveLength(
      before.length +
        (20 - before.filter(({ typ, actor }) => typ === "CommandRefused" && actor.kind === "system").length) +
        1,
    );
  });
});

describe("what isn't a receipt", () => {
  const verify = async (receipt: string | Uint8Array) => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "receipt.json"), receipt);
    return countersign(["verify", "receipt.json", "--trust", deployment.installation.paths.trust, "--json"], { cwd });
  };

  it.each([
    ["not JSON", "this is no receipt"],
    ["empty", ""],
    ["cut off", '{"core":{"statement":"'],
    ["random bytes", randomBytes(200)],
    ["JSON of another kind", '{"a":1}'],
  ])("%s ends with 3 and a code", async (_, receipt) => {
    const { code, stdout } = await verify(receipt);
    expect([code, JSON.parse(stdout).verdict]).toEqual([3, "ERROR"]);
  });

  it("the receipt of all of this verifies: refusals are part of a sound record", async () => {
    const { code, stdout } = await verify(await receiptOf(http, inc, "all"));
    expect([code, JSON.parse(stdout).findings]).toEqual([0, []]);
  });
});
