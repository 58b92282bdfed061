import { unb64u } from "../../incidents/bytes.js";
import { canonicalize, type Json, parseCanonical } from "../../incidents/canonical.js";
import { decide, foresee, fromCommand } from "../../incidents/decide.js";
import { digestOf, eventHash, eventId, genesisHash } from "../../incidents/digest.js";
import { parseEnvelope } from "../../incidents/envelope.js";
import { type EventBody, encodeEvent, factOf } from "../../incidents/event.js";
import { type Draft, SCHEMA } from "../../incidents/events.js";
import { evolve, unopened } from "../../incidents/evolve.js";
import { factsOf } from "../../incidents/facts.js";
import { type GateRefusal, gateFor, type Judgement } from "../../incidents/judgement.js";
import { encodeRecord } from "../../incidents/record.js";
import { isEnded, type State } from "../../incidents/state.js";
import { evaluate, policyOfJson, requirementDigest } from "../../policy/evaluator.js";
import { snapshotInputs } from "../../policy/snapshot.js";
import {
  type Facts,
  type IncidentReader,
  type Policies,
  WorkflowEnded,
  type Workflows,
  WorkflowsUnavailable,
} from "../ports.js";

type Command = Parameters<typeof decide>[1];

interface Run {
  state: State;
  readonly records: { readonly eid: string; readonly record: Uint8Array }[];
  readonly results: Map<string, string>;
}

/** Incidents in memory: the real decider and evaluator behind the API's two ports, with no Temporal and no log. */
export interface FakeWorkflows extends Workflows, IncidentReader {
  /** Refuses or ignores signals from now on. */
  mode: "up" | "down" | "deaf";
  stateOf(inc: string): State | undefined;
}

export function fakeWorkflows(facts: Facts, policies: Policies): FakeWorkflows {
  const runs = new Map<string, Run>();
  const take = async (org: string, inc: string, run: Run, text: string): Promise<void> => {
    const bytes = unb64u(text);
    const { command, digest } = parseEnvelope(bytes);
    const known = run.results.get(command.commandId);
    if (known === digest) return;
    const asked = fromCommand(command, digest);
    const renamed = known === undefined ? asked : { ...asked, commandId: `${asked.commandId}#${digest}` };
    await decideAndAppend(org, inc, run, renamed, bytes, known === undefined ? null : { refused: "COMMAND_ID_REUSED" });
    run.results.set(renamed.commandId, digest);
  };
  const decideAndAppend = async (
    org: string,
    inc: string,
    run: Run,
    asked: Omit<Command, "at" | "judgement">,
    envelope: Uint8Array,
    refusal: GateRefusal | null,
  ) => {
    const at = new Date().toISOString();
    const { judgement, attachments } = refusal
      ? { judgement: refusal, attachments: [] }
      : await judge(facts, policies, run.state, { ...asked, at });
    const { drafts } = decide(run.state, { ...asked, at, judgement });
    for (const [i, draft] of drafts.entries())
      append(org, inc, run, asked.commandId, draft, i, at, [
        envelope,
        ...(draft.typ === "GateEvaluated" ? attachments : []),
      ]);
  };
  const workflows: FakeWorkflows = {
    mode: "up",
    stateOf: (inc) => runs.get(inc)?.state,
    signalWithStart: async (org, inc, signal) => {
      if (workflows.mode === "down") throw new WorkflowsUnavailable("down");
      if (!runs.has(inc)) runs.set(inc, { state: unopened(org, inc), records: [], results: new Map() });
      return workflows.signal(org, inc, signal);
    },
    signal: async (org, inc, { envelope }) => {
      if (workflows.mode === "down") throw new WorkflowsUnavailable("down");
      const run = runs.get(inc);
      if (!run || (run.state.phase !== "none" && isEnded(run.state))) throw new WorkflowEnded("ended");
      if (workflows.mode === "up") await take(org, inc, run, envelope);
    },
    records: async (_org, inc, from) =>
      runs
        .get(inc)
        ?.records.slice(from)
        .map(({ record }) => record) ?? [],
    byEid: async (_org, eid) =>
      [...runs.values()].flatMap(({ records }) => records).find((r) => r.eid === eid)?.record ?? null,
    list: async (_org, limit) =>
      [...runs]
        .reverse()
        .slice(0, limit)
        .map(([inc, { state }]) => ({ inc, head: state.head })),
  };
  return workflows;
}

function append(
  org: string,
  inc: string,
  run: Run,
  commandId: string,
  draft: Draft,
  index: number,
  at: string,
  attachments: readonly Uint8Array[],
): void {
  const { seq, head } = run.state;
  const eid = eventId(inc, commandId, index);
  const { typ, actor, clear, sealed } = draft;
  const prev = seq === 0 ? genesisHash(org, inc) : head;
  const event: EventBody = {
    v: 1,
    typ,
    org,
    inc,
    seq,
    eid,
    at,
    prev,
    actor,
    clear: clear as Json,
    sealed,
    schema: SCHEMA,
    kid: "recorder-0123456789abcdef",
  };
  const bytes = encodeEvent(event);
  run.records.push({
    eid,
    record: encodeRecord({
      event: bytes,
      signature: new Uint8Array(64),
      kid: event.kid,
      sealed: sealed.map(() => new Uint8Array(16)),
      attachments,
    }),
  });
  run.state = evolve(run.state, factOf(event, eventHash(bytes)));
}

type Judged = { readonly judgement: Judgement | GateRefusal | null; readonly attachments: readonly Uint8Array[] };

async function judge(
  facts: Facts,
  policies: Policies,
  state: State,
  command: Omit<Command, "judgement">,
): Promise<Judged> {
  const question = gateFor(state, command.body);
  if (question === null) return { judgement: null, attachments: [] };
  const foreseen = foresee(state, command);
  if (typeof foreseen === "string") return { judgement: { refused: foreseen }, attachments: [] };
  if (foreseen.plan === null) return { judgement: { refused: "NO_PLAN" }, attachments: [] };
  const { org } = foreseen;
  const targets = foreseen.plan.steps.flatMap((step) => step.targets);
  const known = await facts.targets(org, targets);
  if (question.gate === "submit" && targets.some((id) => !known.some((target) => target.id === id)))
    return { judgement: { refused: "TARGET_UNKNOWN" }, attachments: [] };
  const { bytes, digest } = await policies.active(org);
  const policy = policyOfJson(parseCanonical(bytes));
  const recorded = factsOf(foreseen);
  const people = await facts.people(org);
  const voter = people.people.find(({ id }) => id === command.actor.id)?.groups ?? [];
  const approvals = recorded.approvals.map((a) =>
    a.id === eventId(state.inc, command.commandId, 0) ? { ...a, groupsAtApproval: voter } : a,
  );
  const inputs = snapshotInputs(
    [policy],
    { ...recorded, approvals },
    { at: command.at, ...people, targets: known, inFlight: [] },
  );
  const decision = evaluate(policy, inputs, {
    gate: question.gate,
    ...(question.step === null ? {} : { step: question.step }),
  });
  const { at: _, ...sections } = inputs;
  const attachments = [bytes, ...Object.values(sections).map((section) => canonicalize(section as unknown as Json))];
  const requirement = command.body.type === "vote" ? command.body.requirement : null;
  const judgement: Judgement = {
    ...question,
    at: command.at,
    stateSeq: state.seq,
    ...{
      verdict: decision.verdict,
      mode: decision.mode,
      validUntil: decision.validUntil,
      decisionDigest: decision.decisionDigest,
    },
    ...{
      inputsDigest: decision.inputsDigest,
      sections: decision.sections as Judgement["sections"],
      policyDigest: digest,
      pinnedDigest: digest,
    },
    ...{ governanceHead: null, discounted: decision.discounted, voterGroups: voter },
    requirementDigest:
      requirement !== null && policy.controls.some(({ id }) => id === requirement)
        ? requirementDigest(policy, requirement)
        : null,
    attachments: attachments.slice(1).map((section) => digestOf("section", section)),
  };
  return { judgement, attachments };
}
