import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { Deployment } from "../support/deployment.js";
import { alertmanagerPayload, type Http, planBody, vote } from "../support/http.js";
import { approvedByBoth, isRolledBack, isValidated, settled } from "./life.js";

/** A word that stands nowhere else, naming the field that it was put into. */
export type Sing = (field: string) => string;

/** Names, accounts and places of the configuration. Ids, groups and labels' names are clear by design. */
export function singInConfig({ installation }: Deployment, sing: Sing): void {
  const file = installation.paths.config;
  const config = parse(readFileSync(file, "utf8"));
  config.organisation.name = sing("organisation");
  for (const person of config.people)
    Object.assign(person, {
      name: `${person.name} ${sing("person")}`,
      accounts: [`${person.name}-${sing("account")}`],
    });
  for (const target of config.targets) target.name = sing("target");
  for (const source of config.sources) source.name = sing("source");
  for (const machine of config.machines) machine.name = sing("machine");
  config.connectors.git.authorName = sing("author");
  writeFileSync(file, stringify(config));
}

/** An incident with a word in every field of free text that the API takes. */
export async function sungLife(deployment: Deployment, http: Http, sing: Sing): Promise<string> {
  const inc = await openSung(http, sing);
  const at = `/incidents/${inc}`;
  const post = (who: string, path: string, body?: unknown) => settled(http, http.post(who, at + path, body));
  await post("ana", "/owner");
  await post("ana", "/classification", { class: "availability", severity: 1, reason: sing("classification-reason") });
  await post("bo", "/notes", { text: sing("note") });
  await planAndWithdraw(deployment, http, inc, sing);
  await post("ana", "/plan", sungPlan(deployment, sing));
  await evidence(http, inc, sing);
  await settled(http, vote(http, inc, "lee", "peer-approval", "reject", { comment: sing("reject-comment") }));
  await settled(http, vote(http, inc, "lee", "peer-approval", "revoke", { comment: sing("revoke-comment") }));
  await tasks(http, inc, sing);
  await settled(http, vote(http, inc, "bo", "peer-approval", "approve", { comment: sing("vote-comment") }));
  await settled(http, vote(http, inc, "sam", "service-owner-approval"));
  await manualStep(http, inc, sing);
  await http.until(inc, isValidated);
  await rollbackAndAgain(deployment, http, inc, sing);
  await post("ana", "/resolve", { how: "validated", reason: sing("resolve-reason") });
  await post("ana", "/reopen", { reason: sing("reopen-reason") });
  await post("ana", "/resolve", { how: "recovered", reason: sing("resolve-again-reason") });
  await post("ana", "/close", { summary: sing("summary") });
  await http.until(inc, ({ phase }) => phase === "closed");
  return inc;
}

async function openSung(http: Http, sing: Sing): Promise<string> {
  const labels = {
    service: sing("service-label"),
    instance: sing("label"),
    [`label_${sing("label-name").replaceAll("-", "_")}`]: "x",
  };
  const annotations = {
    summary: sing("summary-annotation"),
    description: sing("description-annotation"),
    runbook: sing("annotation"),
  };
  const payload = alertmanagerPayload({ labels, annotations, fingerprint: sing("fingerprint") });
  const alerts = payload.alerts.map((alert) => ({
    ...alert,
    generatorURL: `http://prometheus.example/${sing("url")}`,
  }));
  await http.alert({ ...payload, alerts });
  for (let i = 0; i < 200; i++) {
    const [incident] = (await http.get("ana", "/incidents")).body.incidents;
    if (incident) return incident.inc;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("no incident was opened");
}

function sungPlan(deployment: Deployment, sing: Sing): object {
  const { steps, successCheck, ...plan } = planBody(deployment);
  const targets = [deployment.installation.ids["checkout-prod"]!];
  const [scale, ticket] = steps;
  return {
    ...plan,
    title: sing("plan-title"),
    request: sing("plan-request"),
    links: [`https://wiki.example/${sing("link")}`],
    steps: [
      { ...scale, targets, params: { set: { replicas: 6, note: sing("plan-param") } } },
      {
        ...ticket,
        targets,
        params: { title: sing("ticket-title"), body: sing("ticket-body") },
        rollback: { none: sing("no-rollback") },
      },
      {
        ...ticket,
        id: "by-hand",
        connector: "manual",
        action: "instruct",
        targets,
        params: { instructions: sing("instructions") },
        rollback: { none: "It is a look." },
      },
    ],
    successCheck,
  };
}

async function planAndWithdraw(deployment: Deployment, http: Http, inc: string, sing: Sing): Promise<void> {
  await settled(
    http,
    http.post("ana", `/incidents/${inc}/plan`, { ...sungPlan(deployment, sing), title: sing("first-title") }),
  );
  const { plan } = await http.show(inc);
  await settled(
    http,
    http.post("ana", `/incidents/${inc}/plan/withdraw`, { plan: plan.digest, reason: sing("withdraw-reason") }),
  );
}

async function evidence(http: Http, inc: string, sing: Sing): Promise<void> {
  const reference = `https://wiki.example/${sing("evidence-reference")}`;
  await settled(
    http,
    http.post("ana", `/incidents/${inc}/evidence`, {
      type: "impact-statement",
      reference,
      digest: "c".repeat(64),
      excerpt: sing("evidence-excerpt"),
    }),
  );
  const { have } = (await http.show(inc)).evidence;
  await settled(
    http,
    http.post("bo", `/incidents/${inc}/evidence/${have[0].eid}/verification`, {
      comment: sing("verification-comment"),
    }),
  );
}

async function tasks(http: Http, inc: string, sing: Sing): Promise<void> {
  for (const title of ["task", "other-task"])
    await settled(http, http.post("ana", `/incidents/${inc}/tasks`, { title: sing(title) }));
  const [first, second] = (await http.show(inc)).tasks;
  await settled(
    http,
    http.post("ana", `/incidents/${inc}/tasks/${first.eid}/complete`, { comment: sing("task-comment") }),
  );
  await settled(http, http.post("ana", `/incidents/${inc}/tasks/${second.eid}/drop`, { reason: sing("task-reason") }));
}

async function manualStep(http: Http, inc: string, sing: Sing): Promise<void> {
  const { plan } = await http.until(inc, ({ run }) => run?.inFlight?.step === "by-hand");
  const reference = `https://wiki.example/${sing("confirmation-reference")}`;
  const confirmation = {
    plan: plan.digest,
    step: "by-hand",
    outcome: "done",
    comment: sing("confirmation-comment"),
    reference,
    digest: "d".repeat(64),
  };
  await settled(http, http.post("ana", `/incidents/${inc}/confirmations`, confirmation));
}

/** The way back, then a second plan that is stopped by nobody and validated by a person. */
async function rollbackAndAgain(deployment: Deployment, http: Http, inc: string, sing: Sing): Promise<void> {
  const { plan } = await http.show(inc);
  await settled(
    http,
    http.post("ana", `/incidents/${inc}/rollback`, { plan: plan.digest, reason: sing("rollback-reason") }),
  );
  await http.until(inc, isRolledBack);
  const again = sungPlan(deployment, sing) as { steps: object[] };
  const check = { kind: "person", person: deployment.installation.ids.ana, instructions: sing("check-instructions") };
  await settled(
    http,
    http.post("ana", `/incidents/${inc}/plan`, { ...again, steps: again.steps.slice(1, 2), successCheck: check }),
  );
  await approvedByBoth(http, inc);
  const { plan: second } = await http.until(inc, ({ phase }) => phase === "verifying");
  const said = {
    plan: second.digest,
    outcome: "passed",
    reason: sing("validation-reason"),
    result: sing("validation-result"),
  };
  await settled(http, http.post("ana", `/incidents/${inc}/validation`, said));
}

/** Words in requests that are refused: they must not end in a log either. */
export async function sungRefusals(http: Http, inc: string, sing: Sing): Promise<void> {
  const at = `/incidents/${inc}/notes`;
  await http.post("ana", at, `{"text":"${sing("broken-json")}`);
  await http.post("ana", at, { text: "x", [sing("unknown-field")]: sing("unknown-value") });
  await http.post("ana", at, { text: "x" }, { "idempotency-key": `${sing("bad-key")} !` });
  await http.post("eve", at, { text: sing("forbidden") });
  await http.get("ana", `/incidents/${sing("path")}`);
  await http.raw(`/v1/orgs/acme/incidents?q=${sing("query")}`, {
    headers: { authorization: `Bearer ${sing("bearer")}` },
  });
  await http.alert(`{"version":"4","alerts":[{"status":"${sing("malformed-alert")}"`);
}
