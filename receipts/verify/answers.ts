import type { ClearOf } from "../../incidents/events.js";
import type { Opened } from "../../incidents/state.js";
import { actionsOf } from "./actions.js";
import type { Answers } from "./answer-types.js";
import { type Answering, type Lookup, lookupIn } from "./lookup.js";

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
    open: openOf(end, look),
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
    title: look.word(0, "/title"),
    request: look.word(0, "/request"),
    plans: plans.map(({ seq, clear }) => ({
      seq,
      digest: clear.plan,
      by: look.who(clear.requestedBy),
      title: look.word(seq, "/title"),
      request: look.word(seq, "/request"),
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
      comment: look.word(seq, "/comment"),
    })),
    refused: refused.map(({ seq, by, clear }) => ({
      seq,
      by: look.who(by),
      command: clear.command ?? "command",
      requirement: clear.requirement,
      code: clear.code,
    })),
    withheld: look.withheld([...votes, ...refused].map(({ seq }) => seq)),
  };
}

function policyOf({ decisions, policies }: Answering, look: Lookup): Answers["policy"] {
  const gates = look.of("GateEvaluated");
  const digests = [...new Set(gates.flatMap(({ clear }) => [clear.pinnedDigest, clear.policyDigest]))];
  return {
    policies: digests.map((digest) => ({
      digest,
      name: policies.get(digest)?.name ?? "?",
      revision: policies.get(digest)?.revision ?? 0,
    })),
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
      reference: look.word(seq, "/reference"),
    })),
    checks: checks.map(
      ({ seq, by, clear }) =>
        `event ${seq}: success check ${clear.outcome}, by ${clear.by === "probe" ? "a probe" : look.who(by)}`,
    ),
    withheld: look.withheld([...attached, ...checks].map(({ seq }) => seq)),
  };
}

function openOf(end: Opened, look: Lookup): readonly string[] {
  const added = new Map(look.of("TaskAdded").map(({ eid, seq }) => [eid, look.word(seq, "/title")]));
  const tasks = end.tasks
    .filter((task) => task.status === "open")
    .map(({ eid, owner, dueAt }) => {
      const title = added.get(eid)?.text ?? "title withheld";
      return `task ${eid.slice(0, 8)} (${title})${owner === null ? "" : `, ${look.who(owner)}`}${dueAt === null ? "" : `, due ${dueAt}`}`;
    });
  const debts = end.debts.filter((debt) => debt.open).map((debt) => `debt ${debt.id}, due ${debt.dueAt}`);
  const unverified = end.evidence
    .filter((item) => item.status === "unverified")
    .map((item) => `evidence ${item.type} that nobody verified`);
  const flying = end.run?.inFlight ? [`step ${end.run.inFlight.step}, whose outcome isn't known`] : [];
  return [...tasks, ...debts, ...unverified, ...flying, ...unproven(end)];
}

/** An incident that was resolved after an execution whose success nothing showed. */
function unproven({ phase, run, validation }: Opened): readonly string[] {
  if (run === null || (phase !== "resolved" && phase !== "closed")) return [];
  if (run.rollingBack) return ["resolved after the plan was rolled back"];
  return validation === "passed" ? [] : [`resolved without a pass: the success check ${CHECKED[validation ?? "none"]}`];
}

const CHECKED = { failed: "failed", waived: "was waived", none: "didn't end" } as const;
