import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Command } from "commander";
import { clientCommands } from "./index.js";
import type { IncidentView } from "./view.js";

export const TOKEN = `cs_acme_${"s3cr3t-".repeat(6)}x`;
export const INC = "inc_4k2v9x7m3q1z8w5t6y0p2r4s6d";
export const OTHER = "inc_4k2v9x0000000000000000000a";
export const PLAN = "3fa1c2d4".repeat(8);
export const HEAD = "ab".repeat(32);
export const DECISION = "cd".repeat(32);
/** Who asks, unless a test says otherwise: the one whom the fixture's requirements wait for. */
export const ME = "GET /v1/orgs/acme/me";
export const meAs = (id: string): Reply =>
  ok({ id, kind: "person", name: "x", org: "acme", roles: ["approver"], groups: [] });

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** "drop" cuts the connection without an answer. */
export type Reply = "drop" | { readonly status: number; readonly body: unknown; readonly type?: string };
export const ok = (body: unknown): Reply => ({ status: 200, body });
export const problem = (status: number, code: string, detail: string): Reply => ({
  status,
  type: "application/problem+json",
  body: { type: "about:blank", title: code, status, code, detail },
});
export const recorded = (...types: readonly string[]): Reply =>
  ok({
    commandId: "cli_x",
    incident: INC,
    events: types.map((typ, i) => ({
      seq: 7 + i,
      eid: `${i}`.padStart(32, "0"),
      typ,
      at: "2026-03-11T15:00:00.000Z",
      hash: HEAD,
      actor: { kind: "person", id: "per_aaaaaaaa" },
      clear: {},
    })),
    people: { per_aaaaaaaa: "Ana" },
    sources: {},
  });

/** A small server in the API's place; answers by "METHOD path", a list one after another. */
export async function serve(routes: Readonly<Record<string, Reply | readonly Reply[]>>) {
  const seen: Seen[] = [];
  const counts = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const route = `${request.method} ${request.url}`;
    seen.push({
      method: request.method!,
      path: request.url!,
      key: request.headers["idempotency-key"] as string | undefined,
      authorization: request.headers.authorization,
      body: await bodyOf(request),
    });
    const n = counts.get(route) ?? 0;
    counts.set(route, n + 1);
    const replies = [routes[route] ?? problem(404, "ROUTE_UNKNOWN", `no ${route}`)].flat() as readonly Reply[];
    const reply = replies[Math.min(n, replies.length - 1)]!;
    if (reply === "drop") return void request.socket.destroy();
    response.writeHead(reply.status, { "content-type": reply.type ?? "application/json" });
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url, seen, close };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}

/** Runs a command line as the root would, with an environment of its own. */
export async function run(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  const before = {
    env: process.env,
    exit: process.exit,
    log: console.log,
    error: console.error,
    out: process.stdout.write,
    err: process.stderr.write,
  };
  const [out, err]: [string[], string[]] = [[], []];
  process.env = { ...env };
  process.exitCode = undefined;
  console.log = (text: string) => void out.push(`${text}\n`);
  console.error = (text: string) => void err.push(`${text}\n`);
  process.stdout.write = ((text: string | Uint8Array) =>
    out.push(typeof text === "string" ? text : Buffer.from(text).toString("utf8")) > 0) as typeof process.stdout.write;
  process.stderr.write = ((text: string) => err.push(text) > 0) as typeof process.stderr.write;
  process.exit = ((code: number) => {
    throw Object.assign(new Error("exit"), { exit: code });
  }) as typeof process.exit;
  try {
    const root = new Command("countersign");
    for (const command of clientCommands()) root.addCommand(command);
    await root.parseAsync([...args], { from: "user" });
    return { out: out.join(""), err: err.join(""), exit: Number(process.exitCode ?? 0) };
  } catch (error) {
    const { exit } = error as { exit?: number };
    if (exit === undefined) throw error;
    return { out: out.join(""), err: err.join(""), exit };
  } finally {
    process.env = before.env;
    process.exit = before.exit;
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    Object.assign(console, { log: before.log, error: before.error });
    process.exitCode = undefined;
  }
}

export const approvalOf = (requirement: string) =>
  ({
    kind: "approval",
    requirement,
    count: 1,
    from: ["group:sre"],
    eligible: ["per_bbbbbbbb"],
    unsatisfiable: false,
  }) as const;

export const impact = {
  kind: "evidence",
  type: "impact-statement",
  from: ["role:responder"],
  condition: "absent",
} as const;

/** An incident with a plan that waits for one approval and for evidence. */
export const planned: IncidentView = {
  org: "acme",
  inc: INC,
  drill: false,
  phase: "planned",
  class: "availability",
  severity: 1,
  urgency: "high",
  owner: null,
  openedAt: "2026-03-11T15:00:00.000Z",
  lastEventAt: "2026-03-11T15:05:00.000Z",
  head: HEAD,
  count: 6,
  title: "Checkout is slow",
  request: "Find out why",
  services: ["checkout"],
  openedBy: { kind: "alert", id: "src_aaaaaaaa" },
  acknowledged: false,
  responders: [],
  plan: {
    digest: PLAN,
    seq: 3,
    title: "Route back to 41",
    request: "42 leaks connections",
    links: [],
    risk: "medium",
    executor: "system",
    authors: ["per_aaaaaaaa"],
    requestedBy: "per_aaaaaaaa",
    policy: HEAD,
    voided: false,
    steps: [
      {
        id: "route-back",
        connector: "git",
        action: "set",
        targets: ["tgt_aaaaaaaa"],
        params: { set: { release: "41" } },
        rollback: { action: "revert" },
        expectedMinutes: 5,
        rollbackMinutes: 5,
      },
    ],
    successCheck: { kind: "probe", url: "https://checkout.example.com/health" },
    targets: { tgt_aaaaaaaa: "checkout-prod" },
  },
  run: null,
  validation: null,
  gate: {
    seq: 5,
    gate: "start",
    step: null,
    verdict: "blocked",
    validUntil: null,
    decisionDigest: DECISION,
    at: "2026-03-11T15:05:00.000Z",
    policy: { name: "demo", digest: HEAD },
    missing: [impact, approvalOf("peer-approval")],
    nextStep: {
      kind: "attach-evidence",
      control: "evidence-impact",
      text: "Attach impact-statement, from role:responder.",
    },
    controls: [],
    discounted: [],
  },
  approvals: { votes: [], standing: [] },
  evidence: { required: [impact], have: [] },
  tasks: [{ eid: "7a".repeat(16), status: "open", owner: null, dueAt: null, title: "Write the review" }],
  debts: [],
  deadlines: [],
  alerts: [{ source: "src_aaaaaaaa", episode: 1, firing: true }],
  suppressedAlerts: 0,
  people: { per_aaaaaaaa: "Ana", per_bbbbbbbb: "Bo" },
  sources: { src_aaaaaaaa: "alertmanager" },
  nextRequiredAction: {
    kind: "satisfy-gate",
    who: "responder",
    text: "Attach impact-statement, from role:responder.",
    gate: { kind: "attach-evidence", text: "Attach impact-statement, from role:responder." },
  },
};

export const at = (path: string): string => `/v1/orgs/acme/incidents${path}`;
