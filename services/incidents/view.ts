import type { Json, JsonObject } from "../../incidents/canonical.js";
import type { EventBody } from "../../incidents/event.js";
import { nextRequiredAction } from "../../incidents/next-action.js";
import type { Opened } from "../../incidents/state.js";
import { standingApprovals } from "../../incidents/state.js";
import type { Decision, Missing, NextStep } from "../../policy/evaluator.js";
import type { Catalogue, Vault } from "../ports.js";
import { recomputeDecision } from "./gate.js";
import { type Loaded, wordsOf } from "./load.js";
import { namesIn } from "./names.js";

/** The incident as one object (design: incident.md, "The work object"): opened for members, useful from the first alert on. */
export async function viewIncident(vault: Vault, catalogue: Catalogue, loaded: Loaded): Promise<JsonObject> {
  const view = await viewOf(vault, catalogue, loaded);
  return { ...view, ...(await namesIn(catalogue, loaded.org, view)) } as unknown as JsonObject;
}

async function viewOf(vault: Vault, catalogue: Catalogue, loaded: Loaded): Promise<JsonObject> {
  const { state, events } = loaded;
  const decision = recomputeDecision(loaded);
  const words = await wordsOf(vault, loaded, events[0]!, ["/title", "/request", "/services"]);
  return {
    ...summaryOf(loaded),
    title: titleOf(words, state),
    request: words.request ?? null,
    services: words.services ?? [],
    semantics: state.semantics,
    openedBy: { kind: state.openedBy, id: state.opener },
    acknowledged: state.acknowledged,
    roles: state.roles,
    responders: state.responders,
    linked: { incident: state.linkedTo },
    plan: await planView(vault, catalogue, loaded),
    run: state.run as unknown as Json,
    validation: state.validation,
    gate: gateView(state, decision) as Json,
    approvals: { votes: state.votes as unknown as Json, standing: standingApprovals(state) },
    evidence: await evidenceView(vault, loaded, decision),
    tasks: await tasksView(vault, loaded),
    debts: state.debts as unknown as Json,
    deadlines: deadlinesOf(state),
    alerts: await alertsView(vault, loaded),
    suppressedAlerts: state.suppressed,
    nextRequiredAction: nextAction(state, decision),
  };
}

export function summaryOf({ org, inc, state }: Loaded): JsonObject {
  const { drill, phase, class: class_, severity, urgency, owner, openedAt, at, head, seq } = state;
  return {
    org,
    inc,
    drill,
    phase,
    class: class_,
    severity,
    urgency,
    owner,
    openedAt,
    lastEventAt: at,
    head,
    count: seq,
  };
}

/** What a list shows of each incident, its words opened. */
export async function rowOf(vault: Vault, loaded: Loaded): Promise<JsonObject> {
  const { kind, who, text } = nextAction(loaded.state, recomputeDecision(loaded));
  const words = await wordsOf(vault, loaded, loaded.events[0]!, ["/title"]);
  return {
    ...summaryOf(loaded),
    title: titleOf(words, loaded.state),
    nextRequiredAction: { kind: kind!, who: who!, text: text! },
  };
}

const titleOf = (words: { readonly [path: string]: Json }, state: Opened): Json =>
  words.title ?? `${state.class} incident`;

export function nextAction(state: Opened, decision: Decision | null): JsonObject {
  const action = nextRequiredAction(state);
  const gated = action.kind === "satisfy-gate" || action.kind === "unblock-step";
  const next = gated && decision ? decision.nextStep : null;
  if (next === null) return action as unknown as JsonObject;
  return { ...action, who: TURN_OF[next.kind] ?? action.who, text: next.text, gate: next as unknown as Json };
}

/** Whose turn it is where the gate asks for that; null where the action itself says it. */
const TURN_OF: Readonly<Record<NextStep["kind"], string | null>> = {
  "repair-facts": "responder",
  "attach-evidence": "responder",
  "change-plan": "responder",
  escalate: "responder",
  "break-glass": "responder",
  "wait-for-window": "nobody",
  "ask-approval": "approver",
  execute: null,
};

async function planView(vault: Vault, catalogue: Catalogue, loaded: Loaded): Promise<Json> {
  const { plan } = loaded.state;
  if (plan === null) return null;
  const { digest, seq, risk, executor, authors, requestedBy, policy, voided } = plan;
  const words = await wordsOf(vault, loaded, loaded.events[seq]!, ["/title", "/request", "/links", "/plan"]);
  const meaning = words.plan as JsonObject | null;
  return {
    digest,
    seq,
    title: words.title ?? null,
    request: words.request ?? null,
    links: words.links ?? [],
    risk,
    executor,
    authors,
    requestedBy,
    policy,
    voided,
    steps: (meaning?.steps ?? plan.steps) as unknown as Json,
    successCheck: (meaning?.successCheck ?? plan.successCheck) as unknown as Json,
    targets: await targetNames(
      catalogue,
      loaded.org,
      plan.steps.flatMap((step) => step.targets),
    ),
  };
}

async function targetNames(catalogue: Catalogue, org: string, ids: readonly string[]): Promise<Json> {
  const known = await Promise.all([...new Set(ids)].map((id) => catalogue.target(org, id)));
  return Object.fromEntries(known.filter((target) => target !== null).map(({ id, name }) => [id, name]));
}

/** The recorded decision with everything that a person needs to act on it; `decisionDigest` and the incident's `head` go into a vote. */
function gateView({ gate }: Opened, decision: Decision | null): unknown {
  if (gate === null) return null;
  const recorded = {
    seq: gate.seq,
    gate: gate.gate,
    step: gate.step,
    verdict: gate.verdict,
    validUntil: gate.validUntil,
    decisionDigest: gate.decisionDigest,
  };
  if (decision === null) return { ...recorded, decision: null };
  const { missing, nextStep, controls, discounted, ways } = decision;
  return { ...recorded, at: decision.at, policy: decision.policy, missing, nextStep, controls, discounted, ways };
}

async function evidenceView(vault: Vault, loaded: Loaded, decision: Decision | null): Promise<Json> {
  const have = loaded.state.evidence.map(async (item) => {
    const event = eventOf(loaded, item.eid)!;
    return { ...item, ...(await wordsOf(vault, loaded, event, ["/reference", "/excerpt"])) } as unknown as Json;
  });
  return { required: requiredEvidence(decision) as unknown as Json, have: await Promise.all(have) };
}

const requiredEvidence = (decision: Decision | null): readonly Missing[] =>
  (decision?.missing ?? []).filter(({ kind }) => kind === "evidence");

async function tasksView(vault: Vault, loaded: Loaded): Promise<Json> {
  const tasks = loaded.state.tasks.map(async (task) => {
    const words = await wordsOf(vault, loaded, eventOf(loaded, task.eid)!, ["/title"]);
    return { ...task, title: words.title ?? null } as unknown as Json;
  });
  return Promise.all(tasks);
}

async function alertsView(vault: Vault, loaded: Loaded): Promise<Json> {
  const fired = loaded.events.filter(({ typ }) => typ === "AlertFired") as readonly EventBody<"AlertFired">[];
  const alerts = fired.map(async (event) => {
    const { source, episode, startsAt } = event.clear as unknown as {
      source: string;
      episode: number;
      startsAt: string;
    };
    const firing = loaded.state.alerts.some(
      (alert) => alert.source === source && alert.episode === episode && alert.firing,
    );
    const { labels, annotations, url } = await wordsOf(vault, loaded, event, ["/labels", "/annotations", "/url"]);
    return {
      source,
      episode,
      startsAt,
      firing,
      labels: labels ?? null,
      annotations: annotations ?? null,
      url: url ?? null,
    };
  });
  return Promise.all(alerts);
}

const eventOf = ({ events }: Loaded, eid: string): EventBody | undefined => events.find((event) => event.eid === eid);

function deadlinesOf({ gate, tasks, debts }: Opened): Json {
  const gates = gate?.validUntil ? [{ what: "gate", at: gate.validUntil }] : [];
  const dueTasks = tasks
    .filter(({ status, dueAt }) => status === "open" && dueAt !== null)
    .map(({ eid, dueAt }) => ({ what: `task ${eid}`, at: dueAt }));
  const dueDebts = debts.filter(({ open }) => open).map(({ id, dueAt }) => ({ what: `debt ${id}`, at: dueAt }));
  return [...gates, ...dueTasks, ...dueDebts];
}
