import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "../support/deployment.js";
import { type Http, ok, openByAlert, planBody, type Reply, vote } from "../support/http.js";

/** Every step has ended well, and the plan's own check has passed. */
export const isValidated = (incident: { readonly phase: string; readonly validation: unknown }): boolean =>
  incident.phase === "verifying" && incident.validation === "passed";

/** Every step that had a way back has gone it. */
export const isRolledBack = ({
  phase,
  run,
}: {
  readonly phase: string;
  readonly run: { readonly rollingBack: boolean } | null;
}): boolean => phase === "verifying" && run?.rollingBack === true;

/** From an alert to a closed incident, as on a good day. Answers its id. */
export async function wholeLife(deployment: Deployment, http: Http): Promise<string> {
  const inc = await openByAlert(http);
  await prepareSettled(http, inc, planBody(deployment));
  await approvedByBoth(http, inc);
  await finish(http, inc);
  return inc;
}

/** Owner, plan, evidence and its review. Whoever decides may be down or slow for a while: each command is waited for. */
export async function prepareSettled(http: Http, inc: string, plan: object): Promise<void> {
  const at = `/incidents/${inc}`;
  await settled(http, http.post("ana", `${at}/owner`));
  await settled(http, http.post("ana", `${at}/plan`, plan));
  const impact = { type: "impact-statement", reference: "https://wiki.example/impact", digest: "a".repeat(64) };
  await settled(http, http.post("ana", `${at}/evidence`, impact));
  const { evidence } = await http.show(inc);
  await settled(http, http.post("bo", `${at}/evidence/${evidence.have[0].eid}/verification`));
}

export async function approvedByBoth(http: Http, inc: string): Promise<void> {
  await settled(http, vote(http, inc, "bo", "peer-approval"));
  await settled(http, vote(http, inc, "sam", "service-owner-approval"));
}

/** From execution to the end; `settle` is asked where a step's outcome is unknown. */
export async function finish(
  http: Http,
  inc: string,
  seconds = 30,
  settle?: (step: string) => Promise<"done" | "not-done">,
): Promise<void> {
  const isUnknown = ({ run }: { run: { inFlight: { unknown: boolean } | null } | null }) =>
    settle !== undefined && run?.inFlight?.unknown === true;
  for (;;) {
    const { plan, run, ...incident } = await http.until(inc, (seen) => isValidated(seen) || isUnknown(seen), seconds);
    if (isValidated({ phase: incident.phase, validation: incident.validation })) break;
    const step = run.inFlight.step as string;
    const confirmation = {
      plan: plan.digest,
      step,
      outcome: await settle!(step),
      comment: "Looked at the system itself.",
    };
    await settled(http, http.post("ana", `/incidents/${inc}/confirmations`, confirmation));
  }
  await settled(http, http.post("ana", `/incidents/${inc}/resolve`, { how: "validated" }));
  await settled(http, http.post("ana", `/incidents/${inc}/close`, { summary: "Capacity was too low." }));
  await http.until(inc, ({ phase }) => phase === "closed", seconds);
}

/** Waits for the result of a command that was answered 202 because nobody was there to decide it. */
export async function settled(http: Http, asked: Promise<Reply>, seconds = 60): Promise<Reply> {
  const first = await asked;
  if (first.status !== 202) return ok(Promise.resolve(first));
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(100)) {
    const { status, body } = await http.get("ana", `/commands/${encodeURIComponent(first.body.commandId)}`);
    if (status !== 202) return ok(Promise.resolve({ status, body }));
  }
  throw new Error(`no result within ${seconds} s: ${first.body.commandId}`);
}
