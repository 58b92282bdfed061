import { b64u, unb64u, utf8 } from "../../incidents/bytes.js";
import { canonicalize, decodeUtf8, type Json } from "../../incidents/canonical.js";
import { digestOfJson, stepKey } from "../../incidents/digest.js";
import type { EventBody } from "../../incidents/event.js";
import type { Draft } from "../../incidents/events.js";
import { accelerate } from "../cli/accelerate.js";
import { useAccelerator } from "../ed25519.js";
import type { Receipt } from "../format.js";
import { issueReceipt } from "../serve.js";
import { parseStatement, STATEMENT_PAYLOAD_TYPE, statementToSign } from "../statement.js";
import { BUILDER, DI, GATEWAY, INC, LEE, ORG, RECORDER, STRANGER, TRUST } from "../testing/cast.js";
import {
  giveEvidence,
  must,
  openCheckout,
  PLAN,
  propose,
  runStep,
  statementOf,
  vote,
  wholeCheckout,
} from "../testing/checkout.js";
import { codesOf, edited, receiptBytes, verdictOf, type Writable } from "../testing/forge.js";
import { opened, type Story, type StoryOptions } from "../testing/story.js";
import { CODES } from "./codes.js";

const story = wholeCheckout();
const bytes = receiptBytes(story);
const text = decodeUtf8(bytes);

type Change = (receipt: Writable<Receipt>) => void;

beforeAll(accelerate);
afterAll(() => useAccelerator(null));

describe("somebody without keys", () => {
  const cases: readonly (readonly [string, string, Change])[] = [
    ["drops an event in the middle", "PREV_MISMATCH", (r) => void r.core.events.splice(9, 1)],
    ["drops the first event", "PREV_MISMATCH", (r) => void r.core.events.shift()],
    ["swaps two events", "PREV_MISMATCH", (r) => void r.core.events.splice(8, 2, r.core.events[9]!, r.core.events[8]!)],
    ["repeats an event", "EID_REPEATED", (r) => void r.core.events.splice(9, 0, r.core.events[9]!)],
    [
      "swaps two signatures",
      "EVENT_SIGNATURE_BAD",
      (r) => void ([r.core.events[3]!.sig, r.core.events[4]!.sig] = [r.core.events[4]!.sig, r.core.events[3]!.sig]),
    ],
    [
      "adds the group's order to S",
      "EVENT_SIGNATURE_BAD",
      (r) => void (r.core.events[3]!.sig = plusOrder(r.core.events[3]!.sig)),
    ],
    ["takes a signed command away", "ENVELOPE_MISSING", (r) => void r.core.envelopes.shift()],
    ["adds a signed command twice", "ATTACHMENTS_UNORDERED", (r) => void r.core.envelopes.push(r.core.envelopes[0]!)],
    ["swaps two commands", "ATTACHMENTS_UNORDERED", (r) => void r.core.envelopes.reverse()],
    ["takes facts away", "FACTS_MISSING", (r) => void r.core.facts.shift()],
    ["takes the policy away", "POLICY_MISSING", (r) => void r.core.policies.pop()],
    ["takes the statement's signature away", "STATEMENT_UNSIGNED", (r) => void r.seals.signatures.pop()],
    [
      "puts another statement in",
      "STATEMENT_SIGNATURE_BAD",
      (r) => void (r.core.statement = b64u(restated({ state: "cancelled" }))),
    ],
    ["changes an opened value", "OPENING_MISMATCH", (r) => void ((r.openings[0] as { value: Json }).value = "other")],
    ["changes a salt", "OPENING_MISMATCH", (r) => void (r.openings[0]!.salt = r.openings[1]!.salt)],
    [
      "moves an opened value to another event",
      "OPENING_MISMATCH",
      (r) => void ([r.openings[9]!.salt, r.openings[9]!.value] = [r.openings[0]!.salt, r.openings[0]!.value]),
    ],
    [
      "opens what has no slot",
      "OPENING_WITHOUT_SLOT",
      (r) => void r.openings.push({ seq: 9_999, path: "/name", salt: r.openings[0]!.salt, value: "x" }),
    ],
    ["opens a value twice", "OPENINGS_UNORDERED", (r) => void r.openings.unshift(r.openings[0]!)],
    ["hides a value without saying so", "WITHHELD_MISMATCH", (r) => void r.openings.shift()],
    [
      "lists as withheld what is opened",
      "WITHHELD_MISMATCH",
      (r) => void r.withheld.push({ seq: 0, path: "/title", reason: "confidential" }),
    ],
    ["opens a plan without its blind", "PARTIAL_OPENING", (r) => withhold(r, 3, "/planBlind")],
    ["adds an unknown field", "RECEIPT_SHAPE", (r) => void ((r as unknown as { more: number }).more = 1)],
    ["spells base64url another way", "BASE64_MALFORMED", (r) => void (r.core.events[0]!.b = respelled(r))],
    [
      "adds a log part that nobody can check",
      "PART_UNSUPPORTED",
      (r) => void (r.seals.log = { checkpoint: "x", census: {}, head: {}, proofs: [] }),
    ],
    [
      "calls it something else",
      "NOT_A_RECEIPT",
      (r) => void ((r as { mediaType: string }).mediaType = "application/json"),
    ],
  ];

  it.each(cases)("%s: %s", (_, code, change) => {
    const codes = codesOf(edited(bytes, change));
    expect(codes).toContain(code);
  });

  it("leaves the tail out: HEAD_MISMATCH alone", () => {
    const short = issueReceipt(
      story.records.slice(0, -1),
      statementOf(story),
      story.openings.filter(({ seq }) => seq < story.records.length - 1),
    );
    expect(codesOf(short)).toEqual(["HEAD_MISMATCH", "STATE_MISMATCH"]);
  });

  it("splices an event of another incident in: INCIDENT_CHANGED", () => {
    const other = wholeCheckout({ inc: "inc_00000000000000000000000002" });
    const spliced = edited(
      bytes,
      (r) => void (r.core.events[4] = { b: b64u(other.records[4]!.event), sig: b64u(other.records[4]!.signature) }),
    );
    expect(codesOf(spliced)).toEqual(["INCIDENT_CHANGED", "PREV_MISMATCH"]);
  });
});

describe("bytes that aren't a receipt's", () => {
  const cases: readonly (readonly [string, string, () => Uint8Array])[] = [
    ["white space", "NOT_CANONICAL", () => utf8(`${text}\n`)],
    ["a duplicate key", "DUPLICATE_KEY", () => utf8(text.replace('{"core":', '{"core":{},"core":'))],
    ["__proto__", "FORBIDDEN_KEY", () => utf8(text.replace('{"core":', '{"__proto__":{},"core":'))],
    ["a float", "NOT_AN_INTEGER", () => utf8(text.replace('"seq":0', '"seq":0.5'))],
    ["a lone surrogate", "LONE_SURROGATE", () => utf8(text.replace('"Checkout is down"', '"\\ud800"'))],
    ["bytes that aren't UTF-8", "BAD_UTF8", () => Uint8Array.from(bytes, (byte, i) => (i === 40 ? 0xff : byte))],
    ["50,000 levels", "TOO_DEEP", () => utf8("[".repeat(50_000) + "]".repeat(50_000))],
    ["more than 32 MiB", "FILE_TOO_LARGE", () => new Uint8Array(32 * 1024 * 1024 + 1)],
    ["nothing", "BAD_JSON", () => new Uint8Array()],
    ["HTML", "BAD_JSON", () => utf8("<html>")],
    ["another JSON", "NOT_A_RECEIPT", () => utf8("[]")],
  ];
  it.each(cases)("%s: %s, exit 3", (_, code, make) => {
    const report = verdictOf(make());
    expect(report.findings.map((f) => f.code)).toEqual([code]);
    expect(report).toMatchObject({ verdict: "ERROR", exitCode: 3 });
  });
});

describe("an insider with the recorder's key and the builder's", () => {
  const resigned = (options: StoryOptions): readonly string[] => codesOf(receiptBytes(wholeCheckout(options)));
  const changing = (seq: number, change: (event: EventBody) => Partial<EventBody>): StoryOptions => ({
    tamper: (event) => (event.seq === seq ? { ...event, ...change(event) } : event),
  });
  const clearly = (event: EventBody, change: object): Partial<EventBody> => ({
    clear: { ...(event.clear as object), ...change } as Json,
  });

  it("records a verdict that the policy doesn't give: DECISION_MISMATCH", () =>
    expect(resigned({ ...changing(8, (e) => clearly(e, { verdict: "ready" })) })).toEqual(["DECISION_MISMATCH"]));

  it("leaves an approval out and lets the gate say ready: DECISION_MISMATCH", () => {
    const forged = withoutSecurity((judgement) => ({ ...judgement, verdict: "ready", validUntil: null }));
    expect(codesOf(receiptBytes(forged))).toEqual(["DECISION_MISMATCH"]);
  });

  it("gives the gate an approval that nobody gave: FACTS_MISMATCH", () => {
    const forged = openCheckout({
      misjudge: (judgement, store) => {
        const fake = canonicalize([
          {
            id: "0".repeat(32),
            account: LEE,
            requirement: "ops-approval",
            verdict: "approve",
            at: judgement.at,
            planDigest: PLAN,
          },
        ]);
        const approvals = digestOfJson("section", JSON.parse(decodeUtf8(fake)) as Json);
        store.set(approvals, fake);
        const sections = { ...judgement.sections, approvals };
        const inputsDigest = digestOfJson("inputs", { at: judgement.at, sections });
        return { ...judgement, sections, inputsDigest, attachments: [...judgement.attachments, approvals] };
      },
    });
    must(propose(forged));
    expect(codesOf(receiptBytes(forged))).toEqual(["DECISION_MISMATCH", "FACTS_MISMATCH"]);
  });

  it("turns a reject into an approval: COMMAND_MISMATCH", () => {
    const forged = openCheckout({
      tamper: (event) => (event.typ === "ApprovalRejected" ? { ...event, typ: "ApprovalGranted" } : event),
    });
    must(propose(forged));
    giveEvidence(forged);
    must(vote(forged, LEE, "ops-approval", "reject"));
    expect(codesOf(receiptBytes(forged))).toContain("COMMAND_MISMATCH");
  });

  it("gives a voter another group than the gate saw: FACTS_MISMATCH", () =>
    expect(resigned(changing(10, (e) => clearly(e, { groupsAtApproval: ["security", "sre"] })))).toContain(
      "FACTS_MISMATCH",
    ));

  it("says that another person wrote a note: COMMAND_MISMATCH", () =>
    expect(resigned(changing(27, (e) => ({ actor: { ...e.actor, id: DI } })))).toEqual(["COMMAND_MISMATCH"]));

  it("writes a person's event without a command: ENVELOPE_ABSENT", () =>
    expect(resigned(changing(27, (e) => ({ actor: { ...e.actor, envelope: null } })))).toContain("ENVELOPE_ABSENT"));

  it("gives the system's event a command: ENVELOPE_UNEXPECTED", () => {
    let envelope: string | null = null;
    const tamper = (event: EventBody): EventBody => {
      if (event.seq === 2) envelope = event.actor.envelope;
      return event.seq === 24 ? { ...event, actor: { ...event.actor, envelope } } : event;
    };
    expect(resigned({ tamper })).toContain("ENVELOPE_UNEXPECTED");
  });

  it("gives an event another id: EID_MISMATCH", () =>
    expect(resigned(changing(27, () => ({ eid: "f".repeat(32) })))).toEqual(["EID_MISMATCH"]));

  it("uses a sealed value twice: REF_REUSED", () => {
    let first: EventBody["sealed"] | null = null;
    const tamper = (event: EventBody): EventBody => {
      if (event.typ === "OwnerAssigned") first = event.sealed;
      return event.typ === "IncidentClosed"
        ? { ...event, sealed: event.sealed.map((t) => first!.find(([path]) => path === t[0]) ?? t) }
        : event;
    };
    expect(codesOf(receiptBytes(wholeCheckout({ tamper }), []))).toEqual(["REF_REUSED"]);
  });

  it("dates an event back: TIME_BACKWARDS", () =>
    expect(resigned(changing(28, () => ({ at: "2026-03-11T15:00:00.000Z" })))).toEqual(["TIME_BACKWARDS"]));

  it("signs with the wrong payload type: EVENT_SIGNATURE_BAD", () =>
    expect(resigned({ payloadType: STATEMENT_PAYLOAD_TYPE })).toEqual(["EVENT_SIGNATURE_BAD"]));

  it("uses the gateway's key for events: KEY_ROLE_WRONG", () =>
    expect(resigned({ recorder: GATEWAY })).toEqual(["KEY_ROLE_WRONG"]));
  it("uses a key of their own: KEY_NOT_TRUSTED", () =>
    expect(resigned({ recorder: STRANGER })).toEqual(["KEY_NOT_TRUSTED"]));
  it("uses the recorder's key for commands: GATEWAY_NOT_TRUSTED", () =>
    expect(resigned({ gateway: RECORDER })).toEqual(["GATEWAY_NOT_TRUSTED"]));

  it("uses the recorder's key for the statement: BUILDER_NOT_TRUSTED", () =>
    expect(codesOf(issueReceipt(story.records, statementOf(story, RECORDER), story.openings))).toEqual([
      "BUILDER_NOT_TRUSTED",
    ]));

  it.each([
    [{ state: "cancelled" }, "STATE_MISMATCH"],
    [{ count: 30 }, "HEAD_MISMATCH"],
    [{ supersedes: "0".repeat(64) }, "STATE_MISMATCH"],
    [{ inc: "inc_00000000000000000000000002" }, "STATEMENT_SUBJECT"],
    [{ more: 1 }, "STATEMENT_MALFORMED"],
  ])("signs a statement that says %j: %s", (change, code) => {
    const payload = restated(change);
    const lie = { payload, keyid: BUILDER.keyid, signature: BUILDER.sign(statementToSign(payload)) };
    expect(codesOf(issueReceipt(story.records, lie, story.openings))).toEqual([code]);
  });

  it("writes an action that nothing authorised: STATE_UNLAWFUL", () => {
    const forged = openCheckout();
    const success = sealedAnyhow(systems("StepSucceeded", { plan: PLAN, step: "roll-back", of: 3 }));
    expect(() => forged.write([success], "forged-command")).toThrow("NOT_IN_THIS_PHASE");
    expect(verdictLine(forged)).toEqual(["STATE_UNLAWFUL at 3"]);
  });

  it("authorises a step without its gate: STATE_UNLAWFUL", () => {
    const forged = ready({});
    const seq = opened(forged).seq;
    const law = {
      plan: PLAN,
      step: "roll-back",
      decisionDigest: opened(forged).gate!.decisionDigest,
      approvals: opened(forged).votes.map((v) => v.eid),
    };
    const key = stepKey({ org: ORG, inc: INC, seq, planDigest: PLAN, step: "roll-back" });
    const authority = systems("StepAuthorised", {
      ...law,
      fence: 1,
      idempotencyKey: key,
      leaseUntil: null,
      rollbackOf: null,
    });
    expect(() => forged.write([authority], "forged-command")).toThrow("LEASE_MISMATCH");
    expect(verdictLine(forged)).toEqual([`STATE_UNLAWFUL at ${seq}`]);
  });

  it("adds a vote after execution: STATE_UNLAWFUL", () => {
    const forged = wholeCheckout();
    const granted = forged.records.length;
    const clear = { ...voteClear(forged), requirement: "ops-approval" };
    const actor = { kind: "person", id: DI, assurance: "session", envelope: null } as const;
    const late = {
      ...systems("ApprovalGranted", clear),
      actor,
      sealed: slots("/address", "/comment", "/name"),
    } as Draft;
    expect(() => forged.write([late], "late-command")).toThrow("INCIDENT_CLOSED");
    expect(verdictLine(forged)).toEqual([`STATE_UNLAWFUL at ${granted}`]);
  });

  it("stretches one person's vote over two seats: DECISION_MISMATCH", () => {
    const forged = withoutSecurity(
      (judgement) => ({ ...judgement, verdict: "ready", validUntil: null, discounted: [] }),
      (it) => must(vote(it, LEE, "security-approval")),
    );
    expect(codesOf(receiptBytes(forged))).toContain("DECISION_MISMATCH");
  });
});

describe("every attack's code", () => {
  it("is one of the closed list, with a sentence", () => {
    expect(Object.keys(CODES).length).toBeGreaterThan(50);
    for (const { says } of Object.values(CODES)) expect(says).toMatch(/^[A-Z].*\.$/);
  });
});

function restated(change: object): Uint8Array {
  const statement = parseStatement(statementOf(story).payload);
  return canonicalize({ ...statement, predicate: { ...statement.predicate, ...change } } as unknown as Json);
}

function withhold(receipt: Writable<Receipt>, seq: number, path: string): void {
  receipt.openings = receipt.openings.filter((o) => o.seq !== seq || o.path !== path);
  receipt.withheld.push({ seq, path, reason: "confidential" });
}

/** The last character's unused bits, set. */
function respelled(receipt: Writable<Receipt>): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const { b } = receipt.core.events.find((event) => event.b.length % 4 !== 0)!;
  return b.slice(0, -1) + alphabet[alphabet.indexOf(b.at(-1)!) + 1];
}

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
function plusOrder(signature: string): string {
  const raw = unb64u(signature);
  const s = [...raw.slice(32)].reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n) + ORDER;
  return b64u(
    Uint8Array.from({ length: 64 }, (_, i) => (i < 32 ? raw[i]! : Number((s >> BigInt(8 * (i - 32))) & 255n))),
  );
}

function ready(options: StoryOptions): Story {
  const it = openCheckout(options);
  must(propose(it));
  giveEvidence(it);
  must(vote(it, LEE, "ops-approval"));
  must(vote(it, DI, "security-approval"));
  must(it.system({ type: "system-start", plan: PLAN }));
  return it;
}

/** Everything but the vote of security, under a gate that is made to lie from the start on. */
function withoutSecurity(misjudge: NonNullable<StoryOptions["misjudge"]>, more: (it: Story) => void = () => {}): Story {
  const it = openCheckout({
    misjudge: (judgement, store) => (judgement.gate === "submit" ? judgement : misjudge(judgement, store)),
  });
  must(propose(it));
  giveEvidence(it);
  must(vote(it, LEE, "ops-approval"));
  more(it);
  must(it.system({ type: "system-start", plan: PLAN }));
  runStep(it, "roll-back");
  return it;
}

const systems = (typ: string, clear: object): Draft =>
  ({
    typ,
    actor: { kind: "system", id: "system", assurance: null, envelope: null },
    clear,
    sealed: [],
    attachments: [],
  }) as unknown as Draft;

let minted = 0;
const slots = (...paths: readonly string[]): Draft["sealed"] =>
  paths.map((path) => [path, (minted++).toString(16).padStart(32, "0"), "0".repeat(64)]);
const sealedAnyhow = (draft: Draft): Draft => ({
  ...draft,
  sealed: slots("/after", "/before", "/excerpt", "/reference", "/result"),
});

const voteClear = (it: Story): object => ({
  plan: PLAN,
  requirementDigest: "0".repeat(64),
  assurance: "session",
  onBehalfOf: null,
  groupsAtApproval: [],
  policy: opened(it).plan!.policy,
  policyDecision: opened(it).gate!.decisionDigest,
  atHead: opened(it).head,
  assertion: null,
});

/** Of a story that its own state machine refused: the receipt is made from what was written, with the statement before. */
function verdictLine(it: Story): readonly string[] {
  const receipt = issueReceipt(it.records, statementOf(story), []);
  return verdictOf(receipt, TRUST).findings.map((f) => `${f.code} at ${f.event}`);
}
