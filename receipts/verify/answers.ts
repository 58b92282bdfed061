import type { Json } from "../../incidents/canonical.js";
import type { ClearOf, EventType } from "../../incidents/events.js";
import type { Opened } from "../../incidents/state.js";
import type { Receipt } from "../format.js";
import { actionsOf, type ActionAnswer } from "./actions.js";
import { openedText } from "./disclosure.js";
import type { ProvenEvent } from "./events.js";
import type { Decisions } from "./policy.js";
import { nameOf } from "./slot-names.js";

/** Stage 14: the six questions, answered from proven events alone. `withheld` counts the sealed values that an answer rests on unseen. */
export interface Answers {
  readonly standing: string;
  readonly org: string;
  readonly inc: string;
  readonly drill: boolean;
  readonly phase: string;
  readonly openedAt: string;
  readonly lastAt: string;
  readonly count: number;
  readonly head: string;
  readonly request: {
    readonly by: string;
    readonly class: string;
    readonly severity: number;
    readonly title: string | null;
    readonly request: string | null;
    readonly plans: readonly PlanAnswer[];
    readonly withheld: number;
  };
  readonly approvals: { readonly votes: readonly VoteAnswer[]; readonly refused: readonly RefusalAnswer[]; readonly withheld: number };
  readonly policy: { readonly policies: readonly PolicyAnswer[]; readonly decisions: readonly DecisionAnswer[]; readonly withheld: number };
  readonly actions: { readonly steps: readonly ActionAnswer[]; readonly withheld: number };
  readonly support: { readonly evidence: readonly EvidenceAnswer[]; readonly checks: readonly string[]; readonly withheld: number };
  readonly open: readonly string[];
}

export interface PlanAnswer {
  readonly seq: number;
  readonly digest: string;
  readonly by: string;
  readonly title: string | null;
  readonly request: string | null;
  /** Whether the words of the plan were held against the digest that was approved. */
  readonly text: "checked" | "not checked (withheld)";
}

export interface VoteAnswer {
  readonly seq: number;
  readonly by: string;
  readonly verdict: "approved" | "rejected" | "revoked";
  readonly requirement: string;
  readonly assurance: string;
  readonly at: string;
  readonly comment: string | null;
}

export interface RefusalAnswer {
  readonly seq: number;
  readonly by: string;
  readonly command: string;
  readonly code: string;
}

export interface PolicyAnswer {
  readonly digest: string;
  readonly name: string;
  readonly revision: number;
}

export interface DecisionAnswer {
  readonly seq: number;
  readonly gate: string;
  readonly step: string | null;
  readonly verdict: string;
  readonly at: string;
  readonly nextStep: string;
}

export interface EvidenceAnswer {
  readonly seq: number;
  readonly type: string;
  readonly status: string;
  readonly by: string;
  readonly reference: string | null;
}

export interface Answering {
  readonly events: readonly ProvenEvent[];
  readonly end: Opened;
  readonly receipt: Receipt;
  readonly decisions: Decisions;
  readonly policies: ReadonlyMap<string, { readonly name: string; readonly revision: number }>;
}

/** What an answer may look up: opened values, people's names where they are opened, what stays closed. */
export interface Lookup {
  readonly opened: (seq: number, path: string) => string | null;
  readonly who: (id: string) => string;
  readonly withheld: (seqs: readonly number[]) => number;
  readonly of: <T extends EventType>(...types: readonly T[]) => readonly { readonly seq: number; readonly eid: string; readonly typ: T; readonly at: string; readonly by: string; readonly clear: ClearOf<T> }[];
}

export function answersOf(given: Answering): Answers {
  const { events, end } = given;
  const look = lookupIn(given);
  const opening = look.of("IncidentOpened")[0]!;
  return {
    standing: standingOf(end, look),
    org: end.org,
    inc: end.inc,
    drill: end.drill,
    phase: end.phase,
    openedAt: end.openedAt,
    lastAt: end.at,
    count: events.length,
    head: end.head,
    request: requestOf(opening, look),
    approvals: approvalsOf(look),
    policy: policyOf(given, look),
    actions: actionsOf(look),
    support: supportOf(look),
    open: openOf(end),
  };
}

function lookupIn({ events, receipt }: Answering): Lookup {
  const values = new Map(receipt.openings.map((opening) => [nameOf(opening), opening.value as Json]));
  const opened = (seq: number, path: string): string | null => {
    const value = values.get(nameOf({ seq, path }));
    return value === undefined || value === null ? null : openedText(value);
  };
  const names = new Map(events.flatMap(({ body }) => {
    const name = body.actor.kind === "system" ? null : opened(body.seq, "/name");
    return name === null ? [] : [[body.actor.id, `${name} (${body.actor.id})`] as const];
  }));
  const closed = (seq: number): number => events[seq]!.body.sealed.filter(([path]) => !values.has(nameOf({ seq, path }))).length;
  return {
    opened,
    who: (id) => names.get(id) ?? id,
    withheld: (seqs) => [...new Set(seqs)].reduce((sum, seq) => sum + closed(seq), 0),
    of: (...types) =>
      events.flatMap(({ body }) => {
        const typ = types.find((each) => each === body.typ);
        return typ === undefined ? [] : [{ seq: body.seq, eid: body.eid, typ, at: body.at, by: body.actor.id, clear: body.clear as never }];
      }),
  };
}

function standingOf(end: Opened, look: Lookup): string {
  if (end.phase !== "closed" && end.phase !== "cancelled") return "INTERIM";
  const addenda = look.of("AddendumAdded").length;
  return addenda === 0 ? "FINAL" : `FINAL + ${addenda} ${addenda === 1 ? "addendum" : "addenda"}`;
}

type Opening = ReturnType<Lookup["of"]>[number] & { readonly clear: unknown };

function requestOf(opening: Opening, look: Lookup): Answers["request"] {
  const about = opening.clear as ClearOf<"IncidentOpened">;
  const plans = look.of("PlanProposed");
  return {
    by: about.openedBy === "alert" ? `an alert of ${opening.by}` : look.who(opening.by),
    class: about.class,
    severity: about.severity,
    title: look.opened(0, "/title"),
    request: look.opened(0, "/request"),
    plans: plans.map(({ seq, clear }) => ({
      seq,
      digest: clear.plan,
      by: look.who(clear.requestedBy),
      title: look.opened(seq, "/title"),
      request: look.opened(seq, "/request"),
      text: look.opened(seq, "/plan") === null ? "not checked (withheld)" : "checked",
    })),
    withheld: look.withheld([0, ...plans.map(({ seq }) => seq)]),
  };
}

const SAID = { ApprovalGranted: "approved", ApprovalRejected: "rejected", ApprovalRevoked: "revoked" } as const;

function approvalsOf(look: Lookup): Answers["approvals"] {
  const votes = look.of("ApprovalGranted", "ApprovalRejected", "ApprovalRevoked");
  const refused = look.of("CommandRefused");
  return {
    votes: votes.map(({ seq, typ, by, at, clear }) => ({
      seq,
      by: clear.onBehalfOf === null ? look.who(by) : `${look.who(by)} on behalf of ${look.who(clear.onBehalfOf)}`,
      verdict: SAID[typ],
      requirement: clear.requirement,
      assurance: clear.assurance,
      at,
      comment: look.opened(seq, "/comment"),
    })),
    refused: refused.map(({ seq, by, clear }) => ({ seq, by: look.who(by), command: clear.command ?? "command", code: clear.code })),
    withheld: look.withheld([...votes, ...refused].map(({ seq }) => seq)),
  };
}

function policyOf({ decisions, policies }: Answering, look: Lookup): Answers["policy"] {
  const gates = look.of("GateEvaluated");
  const digests = [...new Set(gates.flatMap(({ clear }) => [clear.pinnedDigest, clear.policyDigest]))];
  return {
    policies: digests.map((digest) => ({ digest, name: policies.get(digest)?.name ?? "?", revision: policies.get(digest)?.revision ?? 0 })),
    decisions: gates.map(({ seq, at, clear }) => ({
      seq,
      gate: clear.gate,
      step: clear.step,
      verdict: clear.verdict,
      at,
      nextStep: decisions.get(seq)?.nextStep.text ?? "",
    })),
    withheld: look.withheld(gates.map(({ seq }) => seq)),
  };
}

function supportOf(look: Lookup): Answers["support"] {
  const attached = look.of("EvidenceAttached");
  const verified = new Set(look.of("EvidenceVerified").map(({ clear }) => clear.evidence));
  const checks = look.of("ValidationRecorded");
  return {
    evidence: attached.map(({ seq, eid, by, clear }) => ({
      seq,
      type: clear.type,
      status: verified.has(eid) ? "verified" : clear.status,
      by: look.who(by),
      reference: look.opened(seq, "/reference"),
    })),
    checks: checks.map(({ seq, by, clear }) => `event ${seq}: success check ${clear.outcome}, by ${clear.by === "probe" ? "a probe" : look.who(by)}`),
    withheld: look.withheld([...attached, ...checks].map(({ seq }) => seq)),
  };
}

function openOf(end: Opened): readonly string[] {
  const tasks = end.tasks.filter((task) => task.status === "open").map((task) => `task ${task.eid.slice(0, 8)}${task.dueAt === null ? "" : `, due ${task.dueAt}`}`);
  const debts = end.debts.filter((debt) => debt.open).map((debt) => `debt ${debt.id}, due ${debt.dueAt}`);
  const unverified = end.evidence.filter((item) => item.status === "unverified").map((item) => `evidence ${item.type} that nobody verified`);
  const flying = end.run?.inFlight ? [`step ${end.run.inFlight.step}, whose outcome isn't known`] : [];
  return [...tasks, ...debts, ...unverified, ...flying];
}
