import { randomUUID } from "node:crypto";
import { Client, Connection } from "@temporalio/client";
import { dataConverterOf } from "../../../infra/codec/data-converter.js";
import { openKeyStore } from "../../../infra/keys/store.js";
import { COMMAND_SIGNAL, workflowIdOf } from "../../../workflows/messages.js";
import type { Deployment } from "../support/deployment.js";
import { alertmanagerPayload, type Http, openByAlert, planBody, vote } from "../support/http.js";
import { approvedByBoth, isRolledBack, isValidated, prepareSettled, settled } from "./life.js";

/**
 * An incident that walks through as much of the workflow as one can: alerts, a withdrawn plan, a refused vote, a reject taken back,
 * foreign signals, tasks, an execution that is validated and rolled back, a second one whose check fails, a reopening, the end.
 */
export async function richLife(deployment: Deployment, http: Http): Promise<string> {
  const inc = await openByAlert(http);
  const at = `/incidents/${inc}`;
  const post = (who: string, path: string, body?: unknown) => settled(http, http.post(who, at + path, body));
  await post("ana", "/acknowledge");
  await post("bo", "/join");
  await post("ana", "/classification", { class: "availability", severity: 1, reason: "Still the worst." });
  await http.alert(alertmanagerPayload({ fingerprint: "0123456789abcdef", startsAt: "2026-03-11T15:02:00.000Z" }));
  await strangeSignals(deployment, inc);
  await post("ana", "/plan", planBody(deployment, { title: "A first thought" }));
  await post("ana", "/plan/withdraw", { plan: (await http.show(inc)).plan.digest, reason: "Not good enough." });
  await prepareSettled(http, inc, planBody(deployment));
  await vote(http, inc, "ana", "peer-approval");
  await settled(http, vote(http, inc, "lee", "peer-approval", "reject"));
  await settled(http, vote(http, inc, "lee", "peer-approval", "revoke"));
  await tasks(http, inc);
  await approvedByBoth(http, inc);
  await http.until(inc, isValidated);
  await rolledBack(http, inc);
  await post("ana", "/plan", onlyATicket(deployment));
  await approvedByBoth(http, inc);
  await http.until(inc, ({ validation }) => validation === "failed");
  await post("ana", "/resolve", { how: "waived", reason: "We live with it until tomorrow." });
  await post("ana", "/reopen", { reason: "It came back for a moment." });
  await post("ana", "/resolve", { how: "recovered", reason: "It went away by itself." });
  await post("ana", "/close", { summary: "Capacity was too low." });
  await http.until(inc, ({ phase }) => phase === "closed");
  return inc;
}

/** It changes nothing, so that its check fails after the way back. */
function onlyATicket(deployment: Deployment): object {
  const { steps, successCheck } = planBody(deployment);
  return planBody(deployment, {
    title: "Once more",
    steps: steps.slice(1),
    successCheck: { ...successCheck, withinSeconds: 2 },
  });
}

async function tasks(http: Http, inc: string): Promise<void> {
  const add = (title: string) => settled(http, http.post("ana", `/incidents/${inc}/tasks`, { title }));
  await add("Raise the limit for good");
  await add("Tell the customers");
  const [first, second] = (await http.show(inc)).tasks;
  await settled(http, http.post("ana", `/incidents/${inc}/tasks/${first.eid}/assign`, { owner: "bo" }));
  await settled(http, http.post("ana", `/incidents/${inc}/tasks/${first.eid}/complete`, { comment: "Done." }));
  await settled(http, http.post("ana", `/incidents/${inc}/tasks/${second.eid}/drop`, { reason: "They know." }));
  await settled(http, http.post("bo", `/incidents/${inc}/notes`, { text: "Looks calm." }));
}

async function rolledBack(http: Http, inc: string): Promise<void> {
  const { plan } = await http.show(inc);
  await settled(http, http.post("ana", `/incidents/${inc}/rollback`, { plan: plan.digest, reason: "Too expensive." }));
  await http.until(inc, isRolledBack);
}

/** What anybody who reaches Temporal could send: garbage, another's key, and a command without an envelope. */
async function strangeSignals({ env, installation }: Deployment, inc: string): Promise<void> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
  const dataConverter = { payloadCodecs: dataConverterOf(openKeyStore(installation.paths.keys)).payloadCodecs };
  const { TEMPORAL_NAMESPACE: namespace } = env;
  const ours = new Client({ connection, namespace, dataConverter }).workflow.getHandle(workflowIdOf("acme", inc));
  const plain = new Client({ connection, namespace }).workflow.getHandle(workflowIdOf("acme", inc));
  await ours.signal(COMMAND_SIGNAL, { envelope: randomUUID() });
  await ours.signal(COMMAND_SIGNAL, { command: { type: "close" } });
  await ours.signal("unknown-name", 1);
  await plain.signal(COMMAND_SIGNAL, { envelope: "plain" });
  await connection.close();
}
