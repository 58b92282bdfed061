import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { bundleWorkflowCode, NativeConnection, Worker } from "@temporalio/worker";
import type { AppendRequest } from "../../../activities/append.js";
import { b64u, utf8 } from "../../../incidents/bytes.js";
import type { Command, PersonBody } from "../../../incidents/commands.js";
import { digestOf, eventId } from "../../../incidents/digest.js";
import { commandPayload, encodeEnvelope } from "../../../incidents/envelope.js";
import { ACTOR_SLOTS, EVENTS, type Fact, type SealedTriple } from "../../../incidents/events.js";
import { unopened } from "../../../incidents/evolve.js";
import type { Judgement } from "../../../incidents/judgement.js";
import { installRuntime } from "../../../infra/temporal/runtime.js";
import {
  COMMAND_SIGNAL,
  EFFECTS_QUEUE,
  INCIDENT_WORKFLOW,
  INCIDENTS_QUEUE,
  type IncidentStart,
  POLICY_QUEUE,
} from "../../../workflows/messages.js";
import { freshNamespace, needTemporal } from "../support/deployment.js";

export const ORG = "acme";
export const ANA = "per_ana00000";
export const PLAN = "1".repeat(64);
const D = "4".repeat(64);
const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn() {}, error: console.error };

/** The workflow on a real Temporal server, over activities of the test's own. */
export async function openWorkshop() {
  installRuntime(() => {});
  const address = needTemporal();
  const namespace = await freshNamespace(`cs-${randomUUID()}`);
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: resolve("workflows/index.ts"),
    logger: quiet as never,
  });
  const [native, plain] = [await NativeConnection.connect({ address }), await Connection.connect({ address })];
  const desks = new Map<string, Desk>();
  const at = (inc: string): Desk => desks.get(inc)!;
  const activities = {
    append: async (request: AppendRequest) => at(request.inc).append(request),
    loadTail: async ({ inc, seq }: { inc: string; seq: number }) => at(inc).events.slice(seq),
    evaluateGate: async ({
      inc,
      ...asked
    }: {
      inc: string;
      gate: Judgement["gate"];
      step: string | null;
      at: string;
      stateSeq: number;
    }) => at(inc).judge(asked),
    lockTargets: async () => ({ heldBy: "somebody" }),
    unlockTargets: async () => undefined,
  };
  const common = { connection: native, namespace, activities };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: INCIDENTS_QUEUE, workflowBundle }),
    ...[POLICY_QUEUE, EFFECTS_QUEUE].map((taskQueue) => Worker.create({ ...common, taskQueue })),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const client = new Client({ connection: plain, namespace });
  return {
    desk: async (): Promise<Desk> => {
      const desk = newDesk(client, `inc_${String(desks.size).padStart(26, "0")}`);
      desks.set(desk.inc, desk);
      return desk;
    },
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await Promise.all([native.close(), plain.close()]);
    },
  };
}

export const failing = (type: string): ApplicationFailure => ApplicationFailure.nonRetryable(type, type);

export interface Desk {
  readonly inc: string;
  /** What the log holds, whoever wrote it. */
  readonly events: Fact[];
  /** Ids of the commands whose append was asked for. */
  readonly asked: string[];
  verdict: Judgement["verdict"];
  /** Asked before an append is taken; what it throws, the append throws. */
  refuse: (request: AppendRequest) => void;
  readonly append: (request: AppendRequest) => { readonly hashes: readonly string[]; readonly kid: string };
  readonly judge: (asked: Pick<Judgement, "gate" | "step" | "at" | "stateSeq">) => Judgement;
  say(body: PersonBody, change?: Partial<Command>): Promise<void>;
  /** The first event of that type, once it is there. */
  recorded(typ: Fact["typ"]): Promise<Fact>;
  ended(): Promise<unknown>;
  terminate(): Promise<void>;
}

function newDesk(client: Client, inc: string): Desk {
  let said = 0;
  const handle = () => client.workflow.getHandle(`incident/${ORG}/${inc}`);
  const desk: Desk = {
    inc,
    events: [],
    asked: [],
    verdict: "blocked",
    refuse: () => {},
    append: (request) => {
      desk.asked.push(request.commandId);
      desk.refuse(request);
      const facts = factsOf(request);
      desk.events.push(...facts);
      return { hashes: facts.map(({ hash }) => hash), kid: request.kid };
    },
    judge: (asked) => judgement(asked, desk.verdict),
    say: async (body, change = {}) => {
      const signal = { envelope: envelope(inc, body, `command-${++said}`, change) };
      const start: IncidentStart = {
        v: 1,
        org: ORG,
        inc,
        kid: "recorder-0000000000000000",
        state: unopened(ORG, inc),
        inbox: [],
        results: {},
      };
      const options = {
        workflowId: `incident/${ORG}/${inc}`,
        taskQueue: INCIDENTS_QUEUE,
        signal: COMMAND_SIGNAL,
        signalArgs: [signal],
        args: [start] as [IncidentStart],
      };
      await client.workflow.signalWithStart(INCIDENT_WORKFLOW, options);
    },
    recorded: async (typ) => {
      for (let n = 0; n < 300; n++) {
        const found = desk.events.find((fact) => fact.typ === typ);
        if (found) return found;
        await sleep(50);
      }
      throw new Error(`no ${typ} among ${desk.events.map((fact) => fact.typ).join(", ")}`);
    },
    ended: () => handle().result(),
    terminate: () =>
      handle()
        .terminate()
        .then(() => undefined),
  };
  return desk;
}

export const factsOf = ({ inc, firstSeq, at, commandId, drafts }: AppendRequest): readonly Fact[] =>
  drafts.map(({ typ, actor, clear }, i) => {
    const eid = eventId(inc, commandId, i);
    return { seq: firstSeq + i, hash: digestOf("test-hash", utf8(eid)), eid, typ, at, actor, clear } as Fact;
  });

const judgement = (
  asked: Pick<Judgement, "gate" | "step" | "at" | "stateSeq">,
  verdict: Judgement["verdict"],
): Judgement => ({
  gate: asked.gate,
  step: asked.step,
  at: asked.at,
  stateSeq: asked.stateSeq,
  verdict,
  mode: "normal",
  validUntil: null,
  decisionDigest: D,
  inputsDigest: D,
  sections: {
    approvals: D,
    breakGlass: D,
    calendars: D,
    directory: D,
    evidence: D,
    exceptions: D,
    inFlight: D,
    incident: D,
    overdueReviews: D,
    plan: D,
  },
  policyDigest: D,
  pinnedDigest: D,
  governanceHead: null,
  discounted: [],
  voterGroups: [],
  requirementDigest: null,
  attachments: [],
});

/** Signed by nobody: these appends don't look. */
function envelope(inc: string, body: PersonBody, commandId: string, change: Partial<Command>): string {
  const paths = [...new Set([...Object.values(EVENTS).flatMap(({ sealed }) => sealed), ...ACTOR_SLOTS])];
  const sealed = paths.map((path): SealedTriple => [path, eventId(commandId, path, 0), D]);
  const command: Command = {
    v: 1,
    org: ORG,
    inc,
    commandId,
    actor: { kind: "person", id: ANA },
    assurance: "session",
    issuedAt: "2026-03-11T15:00:00.000Z",
    body,
    sealed,
    ...change,
  };
  return b64u(encodeEnvelope(commandPayload(command), "gateway-0000000000000000", new Uint8Array(64)));
}

export const opening: PersonBody = {
  type: "open-incident",
  class: "availability",
  severity: 1,
  urgency: "high",
  drill: false,
  linkedTo: null,
};
const step = {
  id: "scale",
  connector: "git",
  action: "set",
  targets: ["tgt_checkout"],
  expectedMinutes: 5,
  rollbackMinutes: 5,
  rollback: null,
};
export const plan: PersonBody = {
  type: "propose-plan",
  plan: PLAN,
  risk: "low",
  executor: "system",
  authors: [ANA],
  steps: [step],
  successCheck: { kind: "probe", person: null },
};
export const cancel: PersonBody = { type: "cancel", reason: "false-alarm", other: null };
