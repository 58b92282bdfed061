import { setTimeout as sleep } from "node:timers/promises";
import { alertmanagerPayload, type Http } from "../support/http.js";

/** An event as the API lists it. */
export interface Shown {
  readonly seq: number;
  readonly eid: string;
  readonly typ: string;
  readonly hash: string;
  readonly actor: { readonly kind: string; readonly id: string };
  // biome-ignore lint/suspicious/noExplicitAny: its members are the claim of the test that looks.
  readonly clear: any;
}

export const eventsOf = async (http: Http, inc: string): Promise<readonly Shown[]> =>
  (await http.get("ana", `/incidents/${inc}/events`)).body.events;

export const typesOf = (events: readonly Shown[]): readonly string[] => events.map(({ typ }) => typ);

/** The codes of the recorded refusals, with who was refused. */
export const refusalsOf = (events: readonly Shown[]): readonly string[] =>
  events
    .filter(({ typ }) => typ === "CommandRefused")
    .map(({ actor, clear }) => `${actor.kind === "system" ? "system" : actor.id} ${clear.code}`);

type Over = NonNullable<Parameters<typeof alertmanagerPayload>[0]>;

/** One alert of its own correlation key: the name makes the key and the fingerprint. */
export const alertNamed = (alertname: string, over: Over = {}) =>
  alertmanagerPayload({
    fingerprint: Buffer.from(alertname).toString("hex"),
    ...over,
    labels: { alertname, ...over.labels },
  });

/** Sends that alert and answers the incident that it opened or joined. */
export async function incidentOf(http: Http, alertname: string, over: Over = {}): Promise<string> {
  const payload = alertNamed(alertname, over);
  const { status, body } = await http.alert(payload);
  if (status !== 202) throw new Error(`the webhook answered ${status}: ${JSON.stringify(body)}`);
  return placeOf(http, payload);
}

/** Where an alert that was sent before went: a repeat is told, and changes nothing. Waits until the incident shows it. */
export async function placeOf(http: Http, payload: object): Promise<string> {
  for (let i = 0; i < 300; i++) {
    const { status, body } = await http.alert(payload);
    if (status !== 200) throw new Error(`a repeat was answered ${status}: ${JSON.stringify(body)}`);
    const { incident } = body.deliveries[0];
    if (incident !== null) return (await http.until(incident, ({ alerts }) => alerts.length > 0)).inc;
    await sleep(100);
  }
  throw new Error("the alert was lost");
}

/** Opens an incident by hand. */
export async function openByHand(http: Http, title = "Checkout is slow"): Promise<string> {
  const { status, body } = await http.post("ana", "/incidents", {
    title,
    request: "Find out why.",
    class: "availability",
    severity: 1,
    services: ["checkout"],
  });
  if (status !== 200) throw new Error(`opening answered ${status}: ${JSON.stringify(body)}`);
  return body.incident;
}

/** The receipt, once the builder has folded all that the API shows. */
export async function receiptOf(http: Http, inc: string, openings: "none" | "all"): Promise<Uint8Array> {
  const { count } = await http.show(inc);
  for (let i = 0; i < 200; i++) {
    const bytes = await http.bytes("eve", `/incidents/${inc}/receipt?openings=${openings}`);
    if (JSON.parse(Buffer.from(bytes).toString("utf8")).core?.events.length === count) return bytes;
    await sleep(100);
  }
  throw new Error(`no receipt of ${count} events`);
}
