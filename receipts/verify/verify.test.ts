import { b64u } from "../../incidents/bytes.js";
import { encodeRecord } from "../../incidents/record.js";
import { policyDigest } from "../../policy/index.js";
import { runBuilder } from "../builder.js";
import { accelerate } from "../cli/accelerate.js";
import { assembleCore } from "../core.js";
import { useAccelerator } from "../ed25519.js";
import { issueReceipt } from "../serve.js";
import { ANA, BUILDER, INC, KEYS, LAX_POLICY, ORG, SOURCE, TRUST } from "../testing/cast.js";
import { must, openCheckout, PLAN_TEXT, planBody, propose, statementOf, wholeCheckout } from "../testing/checkout.js";
import { codesOf, edited, receiptBytes, verdictOf } from "../testing/forge.js";
import { memoryLog, memoryStore } from "../testing/memory.js";
import { type Report, verifyReceipt } from "./index.js";

const check = (report: Report, name: string) => report.checks.find((c) => c.name === name)!;

describe("a receipt of a lawful incident", () => {
  const story = wholeCheckout();
  const bytes = receiptBytes(story);

  it("is VERIFIED, with every check that could be run passed", () => {
    const report = verdictOf(bytes);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verdict: "VERIFIED", exitCode: 0 });
    expect(report.checks.map((c) => c.result)).toEqual([...Array(8).fill("passed"), ...Array(5).fill("not required")]);
  });

  it("has a core that a rebuild from the records makes again, byte for byte", () => {
    const again = wholeCheckout();
    expect(receiptBytes(again)).toEqual(bytes);
    expect(assembleCore(again.records, statementOf(again).payload)).toEqual(
      assembleCore(story.records, statementOf(story).payload),
    );
  });

  it.each([
    ["nothing opened", () => false],
    ["names only", (path: string) => path === "/name"],
    ["all but names", (path: string) => path !== "/name"],
  ] as const)("keeps verdict, id and answers with %s", (_, shown) => {
    const redacted = verdictOf(
      receiptBytes(
        story,
        story.openings.filter(({ path }) => shown(path)),
      ),
    );
    const whole = verdictOf(bytes);
    expect(redacted.verdict).toBe("VERIFIED");
    expect(redacted.receiptId).toBe(whole.receiptId);
    expect(redacted.answers!.policy.decisions).toEqual(whole.answers!.policy.decisions);
    expect(redacted.answers!.actions.steps.map((s) => s.approvals)).toEqual(
      whole.answers!.actions.steps.map((s) => s.approvals),
    );
  });

  it("counts what each answer rests on unseen", () => {
    const { answers } = verdictOf(receiptBytes(story, []));
    expect(answers!.request.withheld).toBe(10);
    expect(answers!.request.title).toEqual({ text: null, withheld: true });
    expect(answers!.request.plans[0]!.text).toBe("not checked (withheld)");
  });
});

describe("every prefix of a lawful incident", () => {
  beforeAll(accelerate);
  afterAll(() => useAccelerator(null));

  it("is VERIFIED as an interim receipt, also in the middle of an append", async () => {
    const { records, openings } = wholeCheckout();
    for (let n = 1; n <= records.length; n++) {
      const store = memoryStore();
      const logged = records
        .slice(0, n)
        .map((record, offset) => ({ partition: 0, offset, bytes: encodeRecord(record) }));
      await runBuilder({
        reader: memoryLog(logged, 100),
        store,
        keys: KEYS,
        signer: BUILDER,
        alarm: { raise: () => {} },
      });
      const head = store.read().heads.get(`${ORG}/${INC}`)!;
      const report = verdictOf(
        issueReceipt(
          records.slice(0, n),
          head,
          openings.filter(({ seq }) => seq < n),
        ),
      );
      expect({ n, findings: report.findings, verdict: report.verdict }).toEqual({
        n,
        findings: [],
        verdict: "VERIFIED",
      });
    }
  });
});

describe("a refused command", () => {
  it("under an id that was used before stands under an id of its own", () => {
    const story = openCheckout();
    must(story.ask(ANA, { type: "add-note" }, { "/text": "once" }, { commandId: "same-command" }));
    story.reuse(ANA, { type: "add-note" }, { "/text": "twice" }, "same-command");
    expect(story.records).toHaveLength(5);
    expect(verdictOf(receiptBytes(story)).findings).toEqual([]);
  });
});

describe("a plan's words", () => {
  it("must be those whose digest was approved", () => {
    const story = openCheckout();
    const words = { "/links": [], "/planBlind": b64u(new Uint8Array(32)), "/request": "", "/title": "" };
    must(story.ask(ANA, planBody, { ...words, "/plan": { ...PLAN_TEXT, risk: "low" } }));
    expect(codesOf(receiptBytes(story))).toEqual(["PLAN_TEXT_MISMATCH"]);
    expect(codesOf(receiptBytes(story, []))).toEqual([]);
  });
});

describe("what the reader requires", () => {
  const story = wholeCheckout();
  const bytes = receiptBytes(story);

  it.each([
    ["log", "LOG_NOT_CHECKED"],
    ["governance", "GOVERNANCE_NOT_CHECKED"],
    ["passkey", "PASSKEY_NOT_CHECKED"],
    ["witness", "WITNESS_NOT_CHECKED"],
  ] as const)("and the receipt can't show makes it INCOMPLETE: %s", (name, code) => {
    const report = verdictOf(bytes, { ...TRUST, require: [...TRUST.require, name] });
    expect(report).toMatchObject({ verdict: "INCOMPLETE", exitCode: 2 });
    expect(check(report, name)).toMatchObject({ result: "skipped", code });
  });

  it.each([
    [{ minSize: 1 }, "LOG_NOT_CHECKED"],
    [{ maxAge: "1d" }, "LOG_NOT_CHECKED"],
    [{ witnesses: { keys: [], quorum: 1 } }, "WITNESS_NOT_CHECKED"],
    [{ minAssurance: "passkey" as const }, "ASSURANCE_TOO_LOW"],
    [{ policies: null }, "POLICY_NOT_NAMED"],
  ])("is asked for by %j too", (change, code) => expect(codesOf(bytes, { ...TRUST, ...change })).toEqual([code]));

  it("is never lowered by leaving keys out", () =>
    expect(codesOf(bytes, { ...TRUST, recorders: [], gateways: [], builders: [] })).toEqual(["KEY_NOT_TRUSTED"]));

  it("can be the chain alone, and then no signature is said to be checked", () => {
    const report = verdictOf(bytes, { ...TRUST, recorders: [], gateways: [], builders: [], require: ["chain"] });
    expect(report.verdict).toBe("VERIFIED");
    expect(check(report, "signatures").result).toBe("not required");
    expect(check(report, "statement").result).toBe("not required");
  });

  it("can be a final receipt", () => {
    const interim = openCheckout();
    must(propose(interim));
    expect(verifyReceipt(receiptBytes(interim), TRUST)).toMatchObject({
      verdict: "VERIFIED",
      answers: { standing: "INTERIM" },
    });
    expect(verifyReceipt(receiptBytes(interim), TRUST, { requireFinal: true })).toMatchObject({
      verdict: "INCOMPLETE",
      exitCode: 2,
    });
  });

  it("can be another organisation, whose receipt this isn't", () =>
    expect(codesOf(bytes, { ...TRUST, org: "other" })).toEqual(["ORG_NOT_TRUSTED"]));
});

describe("a policy that the reader doesn't know", () => {
  it("is refused even where everything follows from it", () => {
    const story = openCheckout({ policy: LAX_POLICY });
    must(propose(story));
    expect(codesOf(receiptBytes(story))).toEqual(["POLICY_NOT_PINNED"]);
    expect(codesOf(receiptBytes(story), { ...TRUST, policies: [policyDigest(LAX_POLICY)] })).toEqual([]);
  });
});

describe("every byte of a receipt", () => {
  beforeAll(accelerate);
  afterAll(() => useAccelerator(null));

  it("matters", () => {
    const story = openCheckout();
    must(
      story.ask(
        SOURCE,
        {
          type: "alert-resolved",
          delivery: "dlv_00000000000000000000000002",
          source: SOURCE,
          episode: 0,
          endsAt: "2026-03-11T15:01:00.000Z",
        },
        { "/fingerprint": "c0ffee" },
      ),
    );
    const bytes = issueReceipt(story.records, statementOf(story), story.openings.slice(0, 6));
    expect(verdictOf(bytes).verdict).toBe("VERIFIED");
    const step = Math.ceil(bytes.length / 1_500);
    let tried = 0;
    for (let i = 0; i < bytes.length; i += step) {
      const changed = Uint8Array.from(bytes);
      changed[i]! ^= 1 + (i % 3);
      if (verdictOf(changed).verdict === "VERIFIED") throw new Error(`byte ${i} doesn't matter`);
      tried++;
    }
    expect(tried).toBeGreaterThan(1_000);
  });

  it("names the event that was changed", () => {
    const story = wholeCheckout();
    const bytes = edited(receiptBytes(story), (receipt) => {
      const { b } = receipt.core.events[10]!;
      receipt.core.events[10]!.b = `${b.slice(0, 60)}${b[60] === "A" ? "B" : "A"}${b.slice(61)}`;
    });
    const [first] = verdictOf(bytes).findings;
    expect(first).toMatchObject({ stage: 6, event: 10 });
    expect(verdictOf(bytes)).toMatchObject({ verdict: "INVALID", exitCode: 1 });
  });
});
