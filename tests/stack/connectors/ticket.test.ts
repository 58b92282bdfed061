import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectorError } from "../../../activities/connectors/errors.js";
import { createHttpCall, type HttpCall } from "../../../activities/connectors/http-call.js";
import { markerOf } from "../../../activities/connectors/marker.js";
import { ticketConnector } from "../../../activities/connectors/ticket.js";
import type { StepOrder, StepOutcome } from "../../../activities/ports.js";
import { canonicalize, type JsonObject } from "../../../incidents/canonical.js";
import { startTicketServer, type TicketServer } from "../../../infra/sandbox/tickets.js";

const markerSecret = Buffer.from("a secret of this connector");
const base: StepOrder = {
  org: "acme",
  inc: "inc_00000000000000000000000001",
  step: "ticket",
  action: "open",
  targets: ["tgt_checkout"],
  params: { title: "checkout is down", body: "one replica of three" },
  idempotencyKey: "a".repeat(64),
  fence: 1,
  at: "2026-03-11T15:00:00.000Z",
  rollback: false,
};

let dir: string;
let server: TicketServer;
let call: HttpCall;
let calls: string[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "ticket-connector-"));
  server = await startTicketServer({ port: 0, file: join(dir, "tickets.jsonl"), token: "secret" });
  const real = createHttpCall([new URL(server.url).host]);
  calls = [];
  call = (request) => {
    calls.push(`${request.method} ${new URL(request.url).pathname}`);
    return real(request);
  };
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const connector = (changes: object = {}) =>
  ticketConnector({ url: server.url, token: "secret", markerSecret, call: (request) => call(request), ...changes });
const order = (action: string, params: JsonObject, key = "b") => ({
  ...base,
  action,
  params,
  idempotencyKey: key.repeat(64),
});
const marker = (key: string) => markerOf(markerSecret, key.repeat(64));

/** As somebody else with the same token, past the connector. */
async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: "Bearer secret", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  return (await answer.json()) as any;
}

function proofIn(outcome: StepOutcome | null) {
  if (outcome?.kind !== "succeeded") throw new Error(`expected success, found ${JSON.stringify(outcome)}`);
  return outcome.proof;
}

async function openedTicket(): Promise<string> {
  return proofIn(await connector().execute(base)).reference.id;
}

/** Does something instead of, or after, every change; searches go on as they are. */
function onChange(what: (send: () => ReturnType<HttpCall>) => ReturnType<HttpCall>) {
  const real = call;
  call = (request) => (request.method === "GET" ? real(request) : what(() => real(request)));
}

const lost = () => Promise.reject(new ConnectorError("NO_ANSWER", "the connection broke"));

describe("a ticket", () => {
  it("is opened once, and named a sandbox's where it is one", async () => {
    const proof = proofIn(await connector().execute(base));
    const again = [await connector().execute(base), await connector().confirm(base)];
    expect(again.map((outcome) => proofIn(outcome))).toEqual([proof, proof]);
    expect(calls.filter((each) => each.startsWith("POST"))).toEqual(["POST /tickets"]);
    expect(proof.reference).toMatchObject({
      system: "ticket (sandbox)",
      id: "SANDBOX-1",
      version: "1",
      url: `${server.url}/tickets/SANDBOX-1`,
    });
    expect(proof.result).toMatch(/^ticket \(sandbox\): SANDBOX-1 opened at .*; read back as made by countersign\.$/);
  });

  it("is commented on, with a digest of what was written", async () => {
    const ticket = await openedTicket();
    const proof = proofIn(await connector().execute(order("comment", { ticket, text: "approved by two" })));
    const [comment] = (await ask("GET", `/tickets/${ticket}`)).comments;
    expect(proof.after).toBe("approved by two");
    expect(proof.reference.digest).toBe(
      createHash("sha256")
        .update(canonicalize({ kind: "comment", ...comment }))
        .digest("hex"),
    );
  });

  it("changes its status, and says what it was", async () => {
    const ticket = await openedTicket();
    await connector().execute(order("set-status", { ticket, status: "in-progress" }));
    const proof = proofIn(await connector().execute(order("set-status", { ticket, status: "resolved" }, "c")));
    expect([proof.before, proof.after, proof.reference.version]).toEqual(["in-progress", "resolved", "3"]);
  });

  it("has no trace of what wasn't done", async () => expect(await connector().confirm(base)).toBeNull());
});

describe.each(["open", "comment", "set-status"])("%s", (action) => {
  let target: StepOrder;
  beforeEach(async () => {
    const ticket = await openedTicket();
    const params: Record<string, JsonObject> = {
      open: { title: "t", body: "b" },
      comment: { ticket, text: "x" },
      "set-status": { ticket, status: "resolved" },
    };
    target = order(action, params[action]!);
  });

  it("has succeeded where it worked and the answer was lost", async () => {
    onChange((send) => send().then(lost));
    const proof = proofIn(await connector().execute(target));
    expect(proofIn(await connector().confirm(target))).toEqual(proof);
  });

  it("has succeeded where it worked and the answer was a 502", async () => {
    onChange((send) => send().then(() => ({ status: 502, body: Buffer.from("bad gateway") })));
    proofIn(await connector().execute(target));
  });

  it("is unknown where the answer was lost and nothing shows", async () => {
    onChange(lost);
    expect(await connector().execute(target)).toMatchObject({ kind: "unknown", code: "NO_ANSWER" });
    expect(await connector().confirm(target)).toBeNull();
  });

  it("is unknown where the server can't be read afterwards", async () => {
    onChange(async (send) => {
      await send();
      call = lost;
      return lost();
    });
    expect(await connector().execute(target)).toMatchObject({ kind: "unknown", code: "NO_ANSWER" });
  });

  it("has failed where the server was away before", async () => {
    call = lost;
    expect(await connector().execute(target)).toMatchObject({ kind: "failed", code: "NO_ANSWER" });
    expect(await connector().confirm(target)).toMatchObject({ kind: "unknown" });
  });

  it.each([
    [429, "RATE_LIMITED"],
    [409, "CONFLICT"],
    [403, "REFUSED_BY_SERVER"],
  ])("has failed with the server's %i as %s", async (status, code) => {
    onChange(async () => ({ status, body: Buffer.from("no") }));
    expect(await connector().execute(target)).toMatchObject({
      kind: "failed",
      code,
      result: `status ${status}: no`,
      voidsApprovals: false,
    });
  });

  it("sends each request once", async () => {
    calls.length = 0;
    onChange((send) => send().then(() => ({ status: 503, body: Buffer.from("") })));
    await connector().execute(target);
    expect(calls.filter((each) => !each.startsWith("GET"))).toHaveLength(1);
  });
});

describe("a marker", () => {
  it("on another ticket isn't taken for ours", async () => {
    const ticket = await openedTicket();
    const other = (await ask("POST", "/tickets", { title: "another", body: "b" })).id;
    await ask("POST", `/tickets/${other}/comments`, { marker: marker("b"), text: "x" });
    const target = order("comment", { ticket, text: "x" });
    for (const outcome of [await connector().execute(target), await connector().confirm(target)])
      expect(outcome).toMatchObject({ kind: "unknown", code: "MARKER_NOT_OURS" });
  });

  it("with other content isn't taken for ours", async () => {
    await ask("POST", "/tickets", { key: marker("a"), title: "checkout is down", body: "something else" });
    expect(await connector().execute(base)).toMatchObject({ kind: "unknown", code: "MARKER_NOT_OURS" });
  });

  it("of another account isn't taken for ours", async () => {
    await ask("POST", "/tickets", { key: marker("a"), title: "checkout is down", body: "one replica of three" });
    expect(await connector({ account: "countersign-prod" }).confirm(base)).toMatchObject({
      kind: "unknown",
      code: "MARKER_NOT_OURS",
    });
  });
});

describe("a ticket order is refused", () => {
  it.each<[string, string, JsonObject]>([
    ["PARAMS_MALFORMED", "comment", { ticket: "../admin", text: "x" }],
    ["PARAMS_MALFORMED", "comment", { ticket: "SANDBOX-1" }],
    ["PARAMS_MALFORMED", "set-status", { ticket: "SANDBOX-1", status: "Done!" }],
    ["PARAMS_MALFORMED", "open", { title: "t", body: "b", url: "http://elsewhere.example" }],
    ["ACTION_UNKNOWN", "delete", {}],
  ])("with %s: %s %j", async (code, action, params) => {
    expect(await connector().precheck({ action, targets: [], params })).toMatchObject({ refused: code });
    expect(await connector().execute(order(action, params))).toMatchObject({ kind: "failed", code });
    expect(calls).toEqual([]);
  });

  it("where there is no such ticket", async () =>
    expect(await connector().execute(order("comment", { ticket: "SANDBOX-9", text: "x" }))).toMatchObject({
      kind: "failed",
      code: "NO_SUCH_TICKET",
    }));

  it("by a server that doesn't know the token", async () =>
    expect(await connector({ token: "wrong" }).execute(base)).toMatchObject({ kind: "failed", code: "UNREACHABLE" }));

  it("where the answer isn't a ticket system's", async () => {
    call = async () => ({ status: 200, body: Buffer.from('{"tickets": [{"id": "../x"}]}') });
    expect(await connector().execute(base)).toMatchObject({ kind: "failed", code: "ANSWER_MALFORMED" });
  });
});
