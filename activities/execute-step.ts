import type { Json, JsonObject } from "../incidents/canonical.js";
import { stepKey } from "../incidents/digest.js";
import { pae } from "../incidents/dsse.js";
import { EVENT_PAYLOAD_TYPE, parseEvent } from "../incidents/event.js";
import type { ClearOf, SealedTriple } from "../incidents/events.js";
import type { PlanStep } from "../incidents/plan.js";
import { parseRecord } from "../incidents/record.js";
import { verifySignature } from "../receipts/ed25519.js";
import { openProposedPlan } from "./plan.js";
import type { Claims, Connector, Effects, SealedValues, StepOrder, StepOutcome } from "./ports.js";

export interface StepRequest {
  readonly org: string;
  readonly inc: string;
  /** seq of the StepAuthorised. */
  readonly seq: number;
  /** seq of the PlanProposed that it runs. */
  readonly planSeq: number;
}

/** What goes back to the incident: a code and digests; the words are sealed. */
export interface StepReport {
  readonly kind: StepOutcome["kind"];
  readonly code: string;
  readonly voidsApprovals: boolean;
  readonly sealed: readonly SealedTriple[];
}

export interface StepPorts {
  readonly claims: Claims;
  readonly sealed: SealedValues;
  readonly effects: Effects;
  readonly recorderPublicKey: (org: string, kid: string) => Promise<Uint8Array | null>;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly now: () => string;
}

/**
 * Carries out one authorised step, at most once: whoever inserts the effect's row calls the connector, and only before the lease
 * runs out; everyone else, whatever the attempt, only reads back. Takes its orders from the acknowledged event alone.
 */
export const createExecuteStep =
  (ports: StepPorts) =>
  async (request: StepRequest): Promise<StepReport> => {
    const { org, inc, seq } = request;
    const authorised = await authorisation(ports, request);
    const given = await orderOf(ports, request, authorised);
    const first = await ports.effects.begin(org, inc, seq);
    const outcome = given
      ? await carryOut(ports, given.connector, given.order, authorised.clear, first)
      : withoutConnector(first);
    return report(ports.sealed, org, inc, outcome);
  };

interface Authorisation {
  readonly at: string;
  readonly clear: ClearOf<"StepAuthorised">;
}

async function authorisation(ports: StepPorts, { org, inc, seq }: StepRequest): Promise<Authorisation> {
  const bytes = await ports.claims.acknowledged(org, inc, seq);
  if (bytes === null) throw new Error(`event ${seq} of ${inc} isn't acknowledged`);
  const { event, signature, kid } = parseRecord(bytes);
  const key = await ports.recorderPublicKey(org, kid);
  if (key === null || !verifySignature(key, pae(EVENT_PAYLOAD_TYPE, event), signature))
    throw new Error(`event ${seq} of ${inc} isn't signed by a recorder`);
  const { typ, at, clear } = parseEvent(event);
  if (typ !== "StepAuthorised") throw new Error(`event ${seq} of ${inc} is ${typ}: it authorises nothing`);
  return { at, clear: clear as unknown as ClearOf<"StepAuthorised"> };
}

async function orderOf(ports: StepPorts, { org, inc, seq, planSeq }: StepRequest, { at, clear }: Authorisation) {
  const plan = await openProposedPlan(ports, org, inc, planSeq, clear.plan);
  const step = plan.steps.find((each) => each.id === clear.step);
  if (!step) throw new Error(`the plan has no step ${clear.step}`);
  const connector = ports.connectors.get(step.connector);
  if (!connector) return null;
  return { connector, order: await toOrder(ports, { org, inc, seq }, step, at, clear) };
}

async function toOrder(
  ports: StepPorts,
  { org, inc, seq }: { org: string; inc: string; seq: number },
  step: PlanStep,
  at: string,
  clear: ClearOf<"StepAuthorised">,
): Promise<StepOrder> {
  const base = {
    org,
    inc,
    step: step.id,
    targets: step.targets,
    idempotencyKey: clear.idempotencyKey,
    fence: clear.fence,
    at,
  };
  if (clear.idempotencyKey !== stepKey({ org, inc, seq, planDigest: clear.plan, step: step.id }))
    throw new Error("the step's key isn't its own");
  if (clear.rollbackOf === null) return { ...base, action: step.action, params: step.params, rollback: false };
  if ("none" in step.rollback) throw new Error(`step ${step.id} has no rollback`);
  const undone = await authorisation(ports, { org, inc, seq: clear.rollbackOf, planSeq: 0 });
  const params: JsonObject = { ...step.rollback.params, undoes: undone.clear.idempotencyKey };
  return { ...base, action: step.rollback.action, params, rollback: true };
}

/** Taken out of the configuration since the gate: nothing was called, or nobody here can look what became of it. */
function withoutConnector(first: boolean): StepOutcome {
  const code = "CONNECTOR_UNKNOWN";
  const result = "The step's connector is no longer configured.";
  return first ? { kind: "failed", code, result, voidsApprovals: false } : { kind: "unknown", code, result };
}

async function carryOut(
  ports: StepPorts,
  connector: Connector,
  order: StepOrder,
  { leaseUntil }: ClearOf<"StepAuthorised">,
  first: boolean,
): Promise<StepOutcome> {
  if (!first)
    return (
      (await connector.confirm(order)) ?? {
        kind: "unknown",
        code: "NO_TRACE",
        result: "An earlier attempt ended without a word, and the system shows no trace of it.",
      }
    );
  if (leaseUntil !== null && leaseUntil <= ports.now())
    return {
      kind: "failed",
      code: "LEASE_EXPIRED",
      result: `The decision was valid until ${leaseUntil}; nothing was called.`,
      voidsApprovals: false,
    };
  return connector.execute(order);
}

async function report(sealed: SealedValues, org: string, inc: string, outcome: StepOutcome): Promise<StepReport> {
  const triples = await sealed.seal(org, inc, slotsOf(outcome));
  return {
    kind: outcome.kind,
    code: outcome.kind === "succeeded" ? "OK" : outcome.code,
    voidsApprovals: outcome.kind === "failed" && outcome.voidsApprovals,
    sealed: triples,
  };
}

/** In the order of the events that they fill: the outcome first, then the evidence that a success brings. */
function slotsOf(outcome: StepOutcome): readonly { readonly path: string; readonly value: Json }[] {
  if (outcome.kind !== "succeeded")
    return [
      { path: "/excerpt", value: null },
      { path: "/result", value: outcome.result },
    ];
  const { reference, before, after, result, excerpt } = outcome.proof;
  return [
    { path: "/after", value: after },
    { path: "/before", value: before },
    { path: "/excerpt", value: excerpt },
    { path: "/reference", value: reference },
    { path: "/result", value: result },
    { path: "/digest", value: reference.digest },
    { path: "/excerpt", value: excerpt },
    { path: "/reference", value: reference },
  ];
}
