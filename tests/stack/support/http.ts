import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment, Process } from "./deployment.js";

// biome-ignore lint/suspicious/noExplicitAny: what a test looks at in an answer is its own claim.
type Body = any;

export interface Reply {
  readonly status: number;
  readonly body: Body;
}

/** The API as people and sources of one installation see it: HTTP and nothing else. */
export interface Http {
  /** As the named person, source or machine; paths below /v1/orgs/acme. */
  get(who: string, path: string): Promise<Reply>;
  post(who: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  bytes(who: string, path: string): Promise<Uint8Array>;
  /** An Alertmanager's webhook call. */
  alert(body: unknown, token?: string): Promise<Reply>;
  raw(path: string, init: RequestInit): Promise<Reply>;
  show(inc: string, who?: string): Promise<Body>;
  /** Looks until `seen` is true of the incident. */
  until(inc: string, seen: (incident: Body) => boolean, seconds?: number): Promise<Body>;
}

export function httpOf({ installation }: Deployment, { url }: Pick<Process, "url">): Http {
  const base = `${url}/v1/orgs/acme`;
  const auth = (who: string) => ({ authorization: `Bearer ${installation.tokens[who]}` });
  const raw: Http["raw"] = async (path, init) => {
    const answer = await fetch(url + path, init);
    const text = await answer.text();
    return {
      status: answer.status,
      body: (answer.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : text,
    };
  };
  const get: Http["get"] = (who, path) => raw(`/v1/orgs/acme${path}`, { headers: auth(who) });
  const post: Http["post"] = (who, path, body = {}, headers = {}) =>
    raw(`/v1/orgs/acme${path}`, {
      method: "POST",
      headers: { ...auth(who), "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const show: Http["show"] = async (inc, who = "ana") => (await get(who, `/incidents/${inc}`)).body;
  return {
    raw,
    get,
    post,
    show,
    bytes: async (who, path) => new Uint8Array(await (await fetch(base + path, { headers: auth(who) })).arrayBuffer()),
    alert: (body, token = installation.tokens.alertmanager!) =>
      raw("/v1/alerts/alertmanager", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    until: async (inc, seen, seconds = 30) => {
      const end = Date.now() + seconds * 1_000;
      for (;;) {
        const incident = await show(inc);
        if (incident.phase && seen(incident)) return incident;
        if (Date.now() > end) throw new Error(`not within ${seconds} s: ${JSON.stringify(incident).slice(0, 2_000)}`);
        await sleep(100);
      }
    },
  };
}

/** An Alertmanager v4 payload with one alert. */
export const alertmanagerPayload = (
  over: {
    readonly labels?: object;
    readonly startsAt?: string;
    readonly status?: string;
    readonly fingerprint?: string;
    readonly annotations?: object;
  } = {},
) => ({
  version: "4",
  receiver: "countersign",
  status: "firing",
  groupKey: "{}",
  truncatedAlerts: 0,
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: "http://alertmanager.example",
  alerts: [
    {
      status: over.status ?? "firing",
      labels: {
        alertname: "CheckoutErrorRateHigh",
        service: "checkout",
        env: "prod",
        severity: "critical",
        ...over.labels,
      },
      annotations: { summary: "5xx of checkout above 20 %", ...over.annotations },
      startsAt: over.startsAt ?? "2026-03-11T15:00:00.000Z",
      endsAt: over.status === "resolved" ? "2026-03-11T16:00:00.000Z" : "0001-01-01T00:00:00Z",
      generatorURL: "http://prometheus.example/graph",
      fingerprint: over.fingerprint ?? "5d4e54201e419f67",
    },
  ],
});

/** The plan of most tests: scale in Git, open a ticket, probe the service. */
export const planBody = ({ sandbox }: Deployment, over: object = {}) => ({
  title: "Scale checkout to 6 replicas",
  request: "Out of capacity.",
  risk: "high",
  executor: "system",
  steps: [
    {
      id: "scale",
      connector: "git",
      action: "set",
      targets: ["checkout-prod"],
      params: { set: { replicas: 6 }, expect: { commit: sandbox.commit } },
      rollback: { action: "revert", params: {} },
      expectedMinutes: 5,
      rollbackMinutes: 5,
    },
    {
      id: "ticket",
      connector: "ticket",
      action: "open",
      targets: ["checkout-prod"],
      params: { title: "Capacity of checkout", body: "Scaled during an incident." },
      rollback: { none: "A ticket does no harm." },
      expectedMinutes: 1,
      rollbackMinutes: 0,
    },
  ],
  successCheck: { kind: "probe", url: `${sandbox.url}/services/checkout/health`, withinSeconds: 20, everySeconds: 1 },
  ...over,
});

/** Opens an incident by an alert and answers its id. */
export async function openByAlert(http: Http, over: Parameters<typeof alertmanagerPayload>[0] = {}): Promise<string> {
  const answer = await http.alert(alertmanagerPayload(over));
  if (answer.status !== 202) throw new Error(`the webhook answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  for (let i = 0; i < 200; i++) {
    const { body } = await http.get("ana", "/incidents");
    if (body.incidents?.length > 0) return body.incidents[0].inc;
    await sleep(50);
  }
  throw new Error("no incident was opened");
}

/** A vote on what the voter sees now. */
export async function vote(
  http: Http,
  inc: string,
  who: string,
  requirement: string,
  verdict: "approve" | "reject" | "revoke" = "approve",
  over: object = {},
): Promise<Reply> {
  const { plan, head, gate } = await http.show(inc, who);
  return http.post(who, `/incidents/${inc}/votes`, {
    verdict,
    plan: plan.digest,
    requirement,
    comment: "Looked at it.",
    seen: { head, decision: gate.decisionDigest },
    ...over,
  });
}

/** Plan, evidence and its review: the gate then asks for approvals. */
export async function prepare(
  deployment: Deployment,
  http: Http,
  inc: string,
  plan: object = planBody(deployment),
): Promise<void> {
  await ok(http.post("ana", `/incidents/${inc}/owner`, {}));
  await ok(http.post("ana", `/incidents/${inc}/plan`, plan));
  await ok(
    http.post("ana", `/incidents/${inc}/evidence`, {
      type: "impact-statement",
      reference: "https://wiki.example/impact",
      digest: "a".repeat(64),
    }),
  );
  const { evidence } = await http.show(inc);
  await ok(http.post("bo", `/incidents/${inc}/evidence/${evidence.have[0].eid}/verification`, {}));
}

/** Both approvals of the demo policy: the system starts the execution. */
export async function approveBoth(http: Http, inc: string): Promise<void> {
  await ok(vote(http, inc, "bo", "peer-approval"));
  await ok(vote(http, inc, "sam", "service-owner-approval"));
}

export async function ok(asked: Promise<Reply>): Promise<Reply> {
  const reply = await asked;
  if (reply.status !== 200) throw new Error(`expected 200, found ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply;
}
