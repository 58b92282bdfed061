import { b64u } from "../incidents/bytes.js";
import { canonicalize, type JsonObject } from "../incidents/canonical.js";
import { blindedDigest, eventHash, eventId, genesisHash, stepKey } from "../incidents/digest.js";
import { pae } from "../incidents/dsse.js";
import { EVENT_PAYLOAD_TYPE, type EventBody, encodeEvent } from "../incidents/event.js";
import { type ClearOf, SCHEMA, type SealedTriple } from "../incidents/events.js";
import { encodeRecord } from "../incidents/record.js";
import { policyDigest } from "../policy/index.js";
import { ANA, INC, ORG, POLICY, RECORDER, STRANGER, TARGET } from "../receipts/testing/cast.js";
import { createExecuteStep } from "./execute-step.js";
import { memoryClaims, memoryEffects, memorySealed } from "./memory.fixture.js";
import type { Connector, StepOrder, StepOutcome } from "./ports.js";

const AT = "2026-03-11T15:00:00.000Z";
const LATER = "2026-03-11T16:00:00.000Z";
const D = "4".repeat(64);
const PLAN_SEQ = 0;
const AUTHORISED_SEQ = 1;
const SYSTEM = { kind: "system", id: "system", assurance: null, envelope: null } as const;
const STEP = {
  id: "scale",
  connector: "test",
  action: "set",
  targets: [TARGET],
  expectedMinutes: 5,
  rollbackMinutes: 5,
};
const PLAN: JsonObject = {
  risk: "high",
  steps: [{ ...STEP, params: { replicas: 6 }, rollback: { action: "revert", params: {} } }],
  successCheck: { kind: "person", person: ANA },
};
const BLIND = new Uint8Array(32).fill(7);
const PLAN_DIGEST = blindedDigest("plan", BLIND, canonicalize(PLAN));
const DONE: StepOutcome = {
  kind: "succeeded",
  proof: {
    reference: { system: "test", id: "1", version: "1", url: "https://test.example/1", digest: D },
    before: null,
    after: "6",
    result: "Done.",
    excerpt: "6",
  },
};

/** A connector that notes what it is told. */
function connector(traces: StepOutcome | null = null) {
  const calls: { readonly what: "execute" | "confirm"; readonly order: StepOrder }[] = [];
  const noted = (what: "execute" | "confirm", outcome: StepOutcome | null) => async (order: StepOrder) => {
    calls.push({ what, order });
    return outcome;
  };
  const of: Connector = {
    name: "test",
    actions: ["set", "revert"],
    sandbox: false,
    precheck: async ({ targets }) => ({ targets }),
    execute: noted("execute", DONE) as Connector["execute"],
    confirm: noted("confirm", traces),
  };
  return { of, calls };
}

type Authorised = ClearOf<"StepAuthorised">;

/** A planned and authorised step as claims hold it, and workers that may carry it out. */
async function scene({ clear = {}, by = RECORDER, acknowledged = true, traces = null as StepOutcome | null } = {}) {
  const [claims, sealed] = [memoryClaims(), memorySealed()];
  const slots = await sealed.seal(ORG, INC, [
    { path: "/address", value: null },
    { path: "/links", value: null },
    { path: "/name", value: null },
    { path: "/plan", value: PLAN },
    { path: "/planBlind", value: b64u(BLIND) },
    { path: "/request", value: null },
    { path: "/title", value: null },
  ]);
  const claim = async (
    seq: number,
    typ: EventBody["typ"],
    actor: EventBody["actor"],
    body: object,
    triples: readonly SealedTriple[],
  ) => {
    const eid = eventId(INC, `command-${seq}`, 0);
    const event = encodeEvent({
      v: 1,
      typ,
      org: ORG,
      inc: INC,
      seq,
      eid,
      at: AT,
      prev: genesisHash(ORG, INC),
      actor,
      clear: body as JsonObject,
      sealed: triples,
      schema: SCHEMA,
      kid: by.keyid,
    });
    const record = encodeRecord({
      event,
      signature: by.sign(pae(EVENT_PAYLOAD_TYPE, event)),
      kid: by.keyid,
      sealed: [],
      attachments: [],
    });
    await claims.claim(ORG, INC, [{ seq, hash: eventHash(event), eid, record }]);
    if (acknowledged) await claims.acknowledge(ORG, INC, seq, 1);
  };
  const person = { kind: "person", id: ANA, assurance: "session", envelope: D } as const;
  const proposed = {
    plan: PLAN_DIGEST,
    risk: "high",
    executor: "system",
    authors: [ANA],
    requestedBy: ANA,
    steps: [{ ...STEP, rollback: "revert" }],
    successCheck: { kind: "person", person: ANA },
    policy: policyDigest(POLICY),
  };
  await claim(PLAN_SEQ, "PlanProposed", person, proposed, slots);
  const authorised: Authorised = {
    plan: PLAN_DIGEST,
    step: "scale",
    decisionDigest: D,
    approvals: [],
    fence: 3,
    idempotencyKey: stepKey({ org: ORG, inc: INC, seq: AUTHORISED_SEQ, planDigest: PLAN_DIGEST, step: "scale" }),
    leaseUntil: LATER,
    rollbackOf: null,
    ...clear,
  };
  await claim(AUTHORISED_SEQ, "StepAuthorised", SYSTEM, authorised, []);
  const { of, calls } = connector(traces);
  const ports = {
    claims,
    sealed,
    effects: memoryEffects(),
    recorderPublicKey: async (_org: string, kid: string) => (kid === RECORDER.keyid ? RECORDER.publicKey : null),
    connectors: new Map([["test", of]]),
    now: () => "2026-03-11T15:30:00.000Z",
  };
  const execute = createExecuteStep(ports);
  return { calls, sealed, execute: (seq = AUTHORISED_SEQ) => execute({ org: ORG, inc: INC, seq, planSeq: PLAN_SEQ }) };
}

describe("executeStep", () => {
  it("calls the connector with what the acknowledged event and the sealed plan say, and seals what it saw", async () => {
    const { execute, calls, sealed } = await scene();
    const report = await execute();
    expect(calls).toMatchObject([
      {
        what: "execute",
        order: {
          step: "scale",
          action: "set",
          targets: [TARGET],
          params: { replicas: 6 },
          fence: 3,
          at: AT,
          rollback: false,
        },
      },
    ]);
    expect(report).toMatchObject({ kind: "succeeded", code: "OK" });
    expect(await sealed.open(ORG, INC, report.sealed.slice(0, 2))).toEqual(["6", null]);
  });

  it("only reads back at the second attempt", async () => {
    const { execute, calls } = await scene({ traces: DONE });
    await execute();
    expect(await execute()).toMatchObject({ kind: "succeeded" });
    expect(calls.map(({ what }) => what)).toEqual(["execute", "confirm"]);
  });

  it("doesn't know how it ended where the first attempt ended without a word and left no trace", async () => {
    const { execute, calls } = await scene({ traces: null });
    await execute();
    expect(await execute()).toMatchObject({ kind: "unknown", code: "NO_TRACE" });
    expect(calls.filter(({ what }) => what === "execute")).toHaveLength(1);
  });

  it("calls nothing once the lease has run out", async () => {
    const { execute, calls } = await scene({ clear: { leaseUntil: "2026-03-11T15:30:00.000Z" } });
    expect(await execute()).toMatchObject({ kind: "failed", code: "LEASE_EXPIRED", voidsApprovals: false });
    expect(calls).toEqual([]);
  });

  it.each<[string, Parameters<typeof scene>[0], number, RegExp]>([
    ["isn't acknowledged", { acknowledged: false }, AUTHORISED_SEQ, /isn't acknowledged/],
    ["isn't there", {}, 7, /isn't acknowledged/],
    ["is signed by a stranger", { by: STRANGER }, AUTHORISED_SEQ, /isn't signed by a recorder/],
    ["authorises nothing", {}, PLAN_SEQ, /it authorises nothing/],
    ["has another step's key", { clear: { idempotencyKey: D } }, AUTHORISED_SEQ, /isn't its own/],
    ["names another plan", { clear: { plan: D } }, AUTHORISED_SEQ, /is not the one of this digest/],
  ])("calls nothing where the event %s", async (_, options, seq, message) => {
    const { execute, calls } = await scene(options);
    await expect(execute(seq)).rejects.toThrow(message);
    expect(calls).toEqual([]);
  });
});
