import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTicketServer, type TicketServer } from "./tickets.js";

let dir: string;
let server: TicketServer;
const start = () => startTicketServer({ port: 0, file: join(dir, "tickets.jsonl"), token: "secret" });
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "tickets-"));
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  readonly body: any;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: "Bearer secret",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

const ticket = { key: "m-1", title: "checkout is down", body: "503 since 12:00" };

describe("the ticket sandbox", () => {
  it("creates a ticket and says that it is a sandbox", async () => {
    const made = await call("POST", "/tickets", ticket);
    expect(made.status).toBe(201);
    expect(made.headers.get("x-sandbox")).toBe("true");
    expect(made.body).toMatchObject({
      sandbox: true,
      version: 1,
      marker: "m-1",
      status: "open",
      createdBy: "countersign",
    });
    expect(made.body.url).toBe(`${server.url}/tickets/${made.body.id}`);
    expect((await call("GET", `/tickets/${made.body.id}`)).body).toEqual(made.body);
  });

  it("makes one ticket of two creates with the same key", async () => {
    const first = await call("POST", "/tickets", ticket);
    const second = await call("POST", "/tickets", ticket);
    expect([second.status, second.body]).toEqual([200, first.body]);
  });

  it("refuses another ticket under the same key", async () => {
    await call("POST", "/tickets", ticket);
    const other = await call("POST", "/tickets", { ...ticket, title: "another" });
    expect([other.status, other.body.code, other.body.sandbox]).toEqual([409, "MARKER_REUSED", true]);
  });

  it("finds a ticket by the marker of its creation, comment or change", async () => {
    const { id } = (await call("POST", "/tickets", ticket)).body;
    await call("POST", `/tickets/${id}/comments`, { marker: "m-2", text: "approved" });
    await call("PATCH", `/tickets/${id}`, { marker: "m-3", status: "resolved", version: 2 });
    const found = await Promise.all(
      ["m-1", "m-2", "m-3", "m-4"].map((marker) => call("GET", `/tickets?marker=${marker}`)),
    );
    expect(found.map((one) => one.body.tickets.length)).toEqual([1, 1, 1, 0]);
    expect(found[0]!.body.tickets[0]).toMatchObject({ id, version: 3, status: "resolved" });
  });

  it("adds a comment once", async () => {
    const { id } = (await call("POST", "/tickets", ticket)).body;
    const comment = { marker: "m-2", text: "approved" };
    const replies = [
      await call("POST", `/tickets/${id}/comments`, comment),
      await call("POST", `/tickets/${id}/comments`, comment),
    ];
    expect(replies.map((one) => one.status)).toEqual([201, 200]);
    expect(replies[1]!.body.comments).toHaveLength(1);
    expect((await call("POST", `/tickets/${id}/comments`, { ...comment, text: "else" })).body.code).toBe(
      "MARKER_REUSED",
    );
  });

  it("refuses a change of a version that isn't the last", async () => {
    const { id } = (await call("POST", "/tickets", ticket)).body;
    const late = await call("PATCH", `/tickets/${id}`, { marker: "m-3", status: "closed", version: 7 });
    expect([late.status, late.body.code, late.body.version]).toEqual([409, "VERSION_CONFLICT", 1]);
  });

  it("answers a repeated change with what it did, though the version has moved on", async () => {
    const { id } = (await call("POST", "/tickets", ticket)).body;
    const change = { marker: "m-3", status: "resolved", version: 1 };
    const replies = [await call("PATCH", `/tickets/${id}`, change), await call("PATCH", `/tickets/${id}`, change)];
    expect(replies.map((one) => [one.status, one.body.version])).toEqual([
      [200, 2],
      [200, 2],
    ]);
  });

  it("knows its tickets after a restart, without the line that a crash cut short", async () => {
    const made = (await call("POST", "/tickets", ticket)).body;
    await server.close();
    appendFileSync(join(dir, "tickets.jsonl"), '{"op":"created","id":"SANDB');
    server = await start();
    const again = (await call("GET", `/tickets/${made.id}`)).body;
    expect(again).toEqual({ ...made, url: again.url });
    expect((await call("POST", "/tickets", { title: "next", body: "b" })).body.id).toBe("SANDBOX-2");
    expect(
      readFileSync(join(dir, "tickets.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual(["SANDBOX-1", "SANDBOX-2"]);
  });
});

describe("the ticket sandbox refuses", () => {
  it.each([
    [401, "UNAUTHENTICATED", "no token", "POST", "/tickets", ticket, { authorization: "" }],
    [401, "UNAUTHENTICATED", "a wrong token", "GET", "/tickets?marker=m", undefined, { authorization: "Bearer secre" }],
    [400, "BAD_REQUEST", "broken JSON", "POST", "/tickets", "{", {}],
    [400, "BAD_REQUEST", "something that isn't an object", "POST", "/tickets", "[]", {}],
    [400, "BAD_REQUEST", "an unknown field", "POST", "/tickets", { ...ticket, priority: 1 }, {}],
    [400, "BAD_REQUEST", "a missing title", "POST", "/tickets", { body: "b" }, {}],
    [400, "BAD_REQUEST", "a search for nothing", "GET", "/tickets", undefined, {}],
    [413, "TOO_LARGE", "a body over the limit", "POST", "/tickets", { ...ticket, body: "x".repeat(100_000) }, {}],
    [415, "NOT_JSON", "a form", "POST", "/tickets", "title=a", { "content-type": "application/x-www-form-urlencoded" }],
    [404, "NO_SUCH_TICKET", "an unknown ticket", "GET", "/tickets/SANDBOX-9", undefined, {}],
    [404, "NO_SUCH_ROUTE", "an unknown path", "GET", "/users", undefined, {}],
    [404, "NO_SUCH_ROUTE", "a service name with a path in it", "GET", "/services/..%2Fa/health", undefined, {}],
  ])("with %i %s: %s", async (status, code, _, method, path, body, headers) => {
    const refused = await call(method, path, body, headers);
    expect([refused.status, refused.body.code, refused.body.sandbox]).toEqual([status, code, true]);
  });
});
