import { type Json, parseCanonical } from "../../incidents/canonical.js";
import type { Command, SourceBody } from "../../incidents/commands.js";
import { type Alert, correlate, type SourceRules, type Turn, turnOf } from "../../incidents/correlate.js";
import { mintId } from "../ids.js";
import { alertWords, type Words } from "../incidents/slots.js";
import { signCommand } from "../incidents/submit.js";
import type { Ports } from "../ports.js";
import type { AlertSignal, KeyTurn, Planned } from "./ports.js";

export type PlanPorts = Pick<Ports, "gateway" | "intakeKeys" | "sources">;

/** Decides what is done about the oldest alert of a key, and signs it where it is something to be told to an incident. */
export async function planTurn(ports: PlanPorts, org: string, at: string, keyTurn: KeyTurn): Promise<Planned> {
  const turn = turnOf(keyTurn.alert, keyTurn.episode, keyTurn.state, at);
  if (turn.kind === "drop" || turn.kind === "wait") return { turn, signal: null };
  if (turn.kind === "suppress") return { turn, signal: await suppress(ports, org, at, keyTurn, turn.inc) };
  const alert = openAlert(ports, org, keyTurn);
  const rules = await ports.sources.rules(org, keyTurn.alert.source);
  if (rules === null) return { turn: { kind: "wait", until: laterBy(at, RETRY_MS) }, signal: null };
  return turn.kind === "fire"
    ? fire(ports, org, at, keyTurn, turn, alert, rules)
    : { turn, signal: await resolved(ports, org, at, keyTurn, turn, alert) };
}

/** A source that was taken out of the configuration: its alerts wait until it is back. */
const RETRY_MS = 60_000;
const laterBy = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

const openAlert = ({ intakeKeys }: PlanPorts, org: string, { alert }: KeyTurn): Alert =>
  parseCanonical(intakeKeys.openBody(org, alert.delivery, alert.sealed)) as unknown as Alert;

type Fire = Extract<Turn, { kind: "fire" }>;

async function fire(
  ports: PlanPorts,
  org: string,
  at: string,
  keyTurn: KeyTurn,
  turn: Fire,
  alert: Alert,
  rules: SourceRules,
): Promise<Planned> {
  const placed = correlate(alert, rules);
  // The rules changed since it was stored; the incident that it opens is classed by the least that is certain.
  const about =
    "key" in placed
      ? placed
      : { class: rules.class, severity: 1 as const, urgency: "high" as const, services: [], drill: rules.drill };
  const inc = turn.inc ?? mintId("inc_");
  const { delivery, source } = keyTurn.alert;
  const { class: class_, severity, urgency, drill } = about;
  const body: SourceBody = {
    type: "alert-fired",
    ...{ delivery, source, episode: turn.episode, startsAt: alert.startsAt },
    ...{ class: class_, severity, urgency, drill, linkedTo: turn.linkedTo },
  };
  await keyTurn.vault.mintIncidentKey(org, inc);
  const signal = await signed(
    ports,
    { org, inc, at, commandId: delivery, source, keyTurn },
    body,
    firedWords(alert, about.services),
  );
  return { turn: { ...turn, inc }, signal };
}

const firedWords = (alert: Alert, services: readonly string[]): Words => ({
  "/title": alert.annotations.summary?.slice(0, 200).toWellFormed() ?? alert.labels.alertname ?? null,
  "/request": (alert.annotations.description ?? requestOf(alert)).slice(0, 4_000).toWellFormed(),
  "/services": services,
  "/labels": alert.labels,
  "/annotations": alert.annotations,
  "/fingerprint": alert.fingerprint,
  "/url": alert.url,
  "/reason": "The alert fired again.",
});

/** What an alert asks for, where nobody worded it. */
const requestOf = ({ labels }: Alert): string => {
  const about = Object.entries(labels).filter(([name]) => name !== "alertname");
  return `Find out why ${labels.alertname ?? "the alert"} fires, and end it (${about.map(([name, value]) => `${name} ${value}`).join(", ")}).`;
};

function resolved(
  ports: PlanPorts,
  org: string,
  at: string,
  keyTurn: KeyTurn,
  { episode, inc }: Extract<Turn, { kind: "resolve" }>,
  alert: Alert,
): Promise<AlertSignal> {
  const { delivery, source } = keyTurn.alert;
  const body: SourceBody = { type: "alert-resolved", delivery, source, episode, endsAt: alert.endsAt! };
  return signed(ports, { org, inc, at, commandId: delivery, source, keyTurn }, body, {
    "/fingerprint": alert.fingerprint,
  });
}

function suppress(ports: PlanPorts, org: string, at: string, keyTurn: KeyTurn, inc: string): Promise<AlertSignal> {
  const body: SourceBody = { type: "alerts-suppressed", count: keyTurn.waiting.length, deliveries: keyTurn.waiting };
  return signed(ports, { org, inc, at, commandId: mintId("sup_"), source: keyTurn.alert.source, keyTurn }, body, {});
}

interface About {
  readonly org: string;
  readonly inc: string;
  readonly at: string;
  readonly commandId: string;
  readonly source: string;
  readonly keyTurn: KeyTurn;
}

async function signed(ports: PlanPorts, about: About, body: SourceBody, words: Words): Promise<AlertSignal> {
  const { org, inc, at, commandId, source, keyTurn } = about;
  const sealed = await keyTurn.vault.seal(org, inc, alertWords(body.type, words as { readonly [path: string]: Json }));
  const command: Command = {
    v: 1,
    org,
    inc,
    commandId,
    actor: { kind: "source", id: source },
    assurance: null,
    issuedAt: at,
    body,
    sealed,
  };
  return { org, key: keyTurn.key, inc, commandId, envelope: signCommand(ports.gateway, command) };
}
