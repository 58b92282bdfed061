import { canonicalize, type Json, parseCanonical } from "../incidents/canonical.js";
import { pae } from "../incidents/dsse.js";
import { EVENT_PAYLOAD_TYPE } from "../incidents/event.js";
import { encodeRecord, type LogRecord, parseRecord } from "../incidents/record.js";
import { foldBatch, OffsetGap, runBuilder } from "./builder.js";
import { accelerate } from "./cli/accelerate.js";
import { useAccelerator } from "./ed25519.js";
import type { AlarmCode, LoggedRecord } from "./ports.js";
import { issueReceipt } from "./serve.js";
import { BUILDER, INC, KEYS, ORG, RECORDER, STRANGER, TRUST } from "./testing/cast.js";
import { statementOf, wholeCheckout } from "./testing/checkout.js";
import { memoryLog, memoryStore } from "./testing/memory.js";
import { verifyReceipt } from "./verify/index.js";

beforeAll(accelerate);
afterAll(() => useAccelerator(null));

const story = wholeCheckout();
const whole = story.records.map(encodeRecord);
const P = 5;
const logged = (records: readonly Uint8Array[], from = 0): LoggedRecord[] =>
  records.map((bytes, i) => ({ partition: P, offset: from + i, bytes }));

function workshop() {
  const store = memoryStore();
  const alarms: AlarmCode[] = [];
  const counts: Record<string, number> = {};
  const parts = {
    store,
    keys: KEYS,
    signer: BUILDER,
    alarm: { raise: (code: AlarmCode) => void alarms.push(code) },
    metrics: { counted: (what: string) => void (counts[what] = (counts[what] ?? 0) + 1) },
  };
  const run = (records: readonly LoggedRecord[], batchSize = 7) =>
    runBuilder({ ...parts, reader: memoryLog(records, batchSize) });
  return { store, alarms, counts, run, parts: { ...parts, reader: memoryLog([], 1) } };
}

const rows = (shop: ReturnType<typeof workshop>) => shop.store.read();
const name = `${ORG}/${INC}`;
const recordAt = (seq: number): LogRecord => parseRecord(whole[seq]!);

/** An event changed and signed again by the recorder. */
function resigned(seq: number, change: object, by = RECORDER): Uint8Array {
  const record = recordAt(seq);
  const event = canonicalize({ ...(parseCanonical(record.event) as object), ...change } as Json);
  return encodeRecord({ ...record, event, signature: by.sign(pae(EVENT_PAYLOAD_TYPE, event)) });
}

describe("the builder", () => {
  it("folds a log into the receipt that the workflow's own state would give", async () => {
    const shop = workshop();
    await shop.run(logged(whole));
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "ok", seq: whole.length, head: story.state().head });
    expect(rows(shop).heads.get(name)!.payload).toEqual(statementOf(story).payload);
    expect(rows(shop).offsets[P]).toBe(whole.length);
    expect(shop.alarms).toEqual([]);
    const records = [...rows(shop).events.values()].map(({ record }) => parseRecord(record));
    expect(verifyReceipt(issueReceipt(records, rows(shop).heads.get(name)!, story.openings), TRUST).verdict).toBe(
      "VERIFIED",
    );
  });

  it("makes the same rows whatever the batches", async () => {
    const [one, many] = [workshop(), workshop()];
    await one.run(logged(whole), 1);
    await many.run(logged(whole), 1_000);
    expect(rows(one).heads).toEqual(rows(many).heads);
    expect(rows(one).incidents).toEqual(rows(many).incidents);
  });

  it("drops and counts what comes twice", async () => {
    const shop = workshop();
    await shop.run(logged([...whole.slice(0, 5), ...whole.slice(2, 5), ...whole.slice(5)]));
    expect(shop.counts).toEqual({ accepted: whole.length, duplicate: 3 });
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "ok", seq: whole.length });
  });

  it("passes over a batch that was folded before its answer was lost", async () => {
    const shop = workshop();
    await foldBatch(shop.parts, logged(whole.slice(0, 10)));
    await foldBatch(shop.parts, logged(whole.slice(0, 12)));
    expect(shop.counts).toEqual({ accepted: 12 });
  });

  it("aborts a batch that leaves offsets out, and keeps nothing of it", async () => {
    const shop = workshop();
    await expect(foldBatch(shop.parts, logged(whole.slice(0, 5), 1))).rejects.toThrow(OffsetGap);
    expect(rows(shop).events.size).toBe(0);
    expect(shop.alarms).toEqual(["OFFSET_GAP"]);
  });

  it("stops an incident's fold at a second signed event of one place, and alarms", async () => {
    const shop = workshop();
    await shop.run(
      logged([...whole.slice(0, 10), resigned(9, { at: "2026-03-11T15:59:00.000Z" }), ...whole.slice(10)]),
      3,
    );
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "forked", seq: 10 });
    expect(shop.alarms).toContain("FORK");
    expect(rows(shop).offsets[P]).toBe(whole.length + 1);
  });

  it("holds back what comes before its turn, alarms, and folds it when the missing event comes", async () => {
    const shop = workshop();
    await foldBatch(shop.parts, logged([...whole.slice(0, 8), ...whole.slice(9)]));
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "gapped", seq: 8 });
    await foldBatch(shop.parts, logged([whole[8]!], whole.length - 1));
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "ok", seq: whole.length });
    expect(rows(shop).waiting).toEqual([]);
    expect(shop.alarms).toEqual(["GAP", "GAP_CLOSED"]);
  });

  it("is silent about a gap that one batch closes", async () => {
    const shop = workshop();
    await foldBatch(shop.parts, logged([whole[0]!, whole[2]!, whole[1]!, ...whole.slice(3)]));
    expect(shop.alarms).toEqual([]);
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "ok", seq: whole.length });
  });

  it.each([
    ["garbage", "RECORD_MALFORMED", () => new Uint8Array([1, 2, 3])],
    ["a stranger's signature", "SIGNATURE_BAD", () => resigned(3, {}, STRANGER)],
    ["a stranger's key", "KID_MISMATCH", () => resigned(3, { kid: STRANGER.keyid }, STRANGER)],
    ["another organisation", "KEY_UNKNOWN", () => resigned(3, { org: "other" })],
    [
      "missing facts",
      "ATTACHMENT_MISSING",
      () => encodeRecord({ ...recordAt(4), attachments: recordAt(4).attachments.slice(1) }),
    ],
    [
      "attachments of nobody",
      "ATTACHMENT_UNNAMED",
      () => encodeRecord({ ...recordAt(2), attachments: [...recordAt(2).attachments, new Uint8Array([1])] }),
    ],
    [
      "too few ciphertexts",
      "SEALED_COUNT",
      () => encodeRecord({ ...recordAt(3), sealed: recordAt(3).sealed.slice(1) }),
    ],
    ["an unknown event of our schema", "EVENT_UNKNOWN", () => resigned(3, { typ: "Unheard" })],
  ])("buries %s with its bytes and code, and touches no incident", async (_, code, make) => {
    const shop = workshop();
    const bytes = make();
    await shop.run(logged([...whole.slice(0, 3), bytes, ...whole.slice(3)]));
    expect(rows(shop).dead).toEqual([{ partition: P, offset: 3, code, bytes }]);
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "ok", seq: whole.length });
    expect(shop.alarms).toEqual(["DEAD_LETTER"]);
  });

  it("buries a signed event that isn't lawful, and leaves the incident where it was", async () => {
    const shop = workshop();
    await shop.run(logged([...whole.slice(0, 24), resigned(24, { typ: "ExecutionStopped" })]));
    expect(rows(shop).dead.map(({ code }) => code)).toEqual(["UNLAWFUL"]);
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "ok", seq: 24 });
  });

  it("holds an incident whose next event is of a newer schema", async () => {
    const shop = workshop();
    await shop.run(logged([...whole.slice(0, 3), resigned(3, { schema: "countersign/events/v2" }), ...whole.slice(4)]));
    expect(rows(shop).incidents.get(name)).toMatchObject({ status: "held", seq: 3 });
    expect(rows(shop).dead).toEqual([]);
    expect(shop.alarms).toEqual(["SCHEMA_NEWER"]);
    expect(rows(shop).waiting).toHaveLength(whole.length - 3);
  });
});
