import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../stack/folders.js";
import { findAlertmanager, type LocalAlertmanager, startAlertmanager } from "./alertmanager.js";

export interface Trigger {
  /** In words, where the alert came from. */
  readonly origin: string;
  stop(): Promise<void>;
}

const ALERT = {
  labels: {
    alertname: "CheckoutErrorRateHigh",
    service: "checkout",
    env: "prod",
    severity: "critical",
    region: "eu-west-1",
  },
  annotations: {
    summary: "5xx of checkout above 20 % for 5 minutes",
    runbook_url: "https://runbooks.example/checkout",
  },
};

/** Lets a real Alertmanager send the alert where one is installed; otherwise sends what one sent earlier, byte for byte. */
export async function trigger(
  webhook: { readonly url: string; readonly token: string },
  dir: string,
): Promise<Trigger> {
  const program = findAlertmanager();
  if (program === null) return { origin: await sendCaptured(webhook), stop: async () => {} };
  const alertmanager: LocalAlertmanager = await startAlertmanager(program, dir, webhook);
  await alertmanager.fire(ALERT);
  return { origin: `a real Alertmanager on this machine (${program})`, stop: () => alertmanager.stop() };
}

async function sendCaptured({ url, token }: { readonly url: string; readonly token: string }): Promise<string> {
  const body = readFileSync(join(packageRoot(), "infra", "demo", "alertmanager-0.25-payload.json"));
  const headers = {
    "content-type": "application/json",
    "user-agent": "Alertmanager/0.25.0",
    authorization: `Bearer ${token}`,
  };
  const answer = await fetch(url, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`the webhook answered ${answer.status}: ${await answer.text()}`);
  return "a payload captured from a real Alertmanager 0.25";
}
