import { encodeRecord } from "../incidents/record.js";
import type { State } from "../incidents/state.js";
import { runBuilder } from "./builder.js";
import { beginning, fold } from "./fold.js";
import { BUILDER, INC, KEYS, ORG } from "./testing/cast.js";
import { openCheckout, propose } from "./testing/checkout.js";
import { memoryLog, memoryStore } from "./testing/memory.js";

const story = openCheckout();
propose(story);
const records = story.records.map(encodeRecord);

describe("the fold of one incident", () => {
  it("leads to the workflow's own state, record by record", () => {
    const state = records.reduce<State>(
      (before, bytes) => {
        const folded = fold(before, bytes, KEYS);
        if (folded.kind !== "accepted") throw new Error(folded.kind);
        return folded.state;
      },
      beginning(ORG, INC),
    );
    expect(state).toEqual(story.state());
  });

  it.each([
    ["a record that it has", records[2]!, { kind: "duplicate" }],
    ["garbage", new Uint8Array([1]), { kind: "rejected", code: "RECORD_MALFORMED" }],
  ])("knows %s", (_, bytes, expected) => expect(fold(story.state(), bytes, KEYS)).toMatchObject(expected));

  it("knows a gap", () =>
    expect(fold(beginning(ORG, INC), records[3]!, KEYS)).toEqual({ kind: "gap", expected: 0, found: 3 }));
});

describe("an upgraded builder", () => {
  it("folds what waited for it before it reads on", async () => {
    const store = memoryStore();
    const alarm = { raise: () => {} };
    const logged = records.slice(0, 3).map((bytes, offset) => ({ partition: 0, offset, bytes }));
    await runBuilder({ reader: memoryLog(logged, 10), store, keys: KEYS, signer: BUILDER, alarm });
    await store.transact(async (tx) => {
      await tx.saveIncident(ORG, INC, { ...(await tx.incident(ORG, INC))!, status: "held" });
      for (const seq of [3, 4]) await tx.holdBack({ org: ORG, inc: INC, seq, hash: `${seq}`, record: records[seq]! });
    });
    await runBuilder({ reader: memoryLog([], 10), store, keys: KEYS, signer: BUILDER, alarm });
    expect(store.read().incidents.get(`${ORG}/${INC}`)).toMatchObject({
      status: "ok",
      seq: 5,
      head: story.state().head,
    });
    expect(store.read().waiting).toEqual([]);
  });
});
