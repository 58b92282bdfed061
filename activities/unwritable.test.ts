import { genesisHash } from "../incidents/digest.js";
import type { Draft } from "../incidents/events.js";
import { INC, ORG, RECORDER } from "../receipts/testing/cast.js";
import { createAppend } from "./append.js";
import { memoryAttachments, memoryClaims, memoryLog, memorySealed } from "./memory.fixture.js";

const SYSTEM = { kind: "system", id: "system", assurance: null, envelope: null } as const;
const D = "4".repeat(64);

describe("append", () => {
  it.each<[string, object]>([
    ["of another shape", { plan: D, step: "scale", code: "not a code" }],
    ["too large", { plan: D, step: "scale", code: "A".repeat(70_000) }],
  ])("is EventUnwritable, not to be retried, where the event is %s, and claims nothing", async (_, clear) => {
    const [log, claims] = [memoryLog(), memoryClaims()];
    const recorder = { kid: RECORDER.keyid, sign: RECORDER.sign };
    const recorders = { current: async () => recorder, byId: async () => recorder };
    const gateways = { publicKey: async () => null };
    const append = createAppend({
      log,
      claims,
      recorders,
      gateways,
      sealed: memorySealed(),
      attachments: memoryAttachments(),
    });
    const draft = { typ: "StepHeld", actor: SYSTEM, clear, sealed: [], attachments: [] } as unknown as Draft;
    const request = {
      org: ORG,
      inc: INC,
      firstSeq: 0,
      prev: genesisHash(ORG, INC),
      at: "2026-03-11T15:00:00.000Z",
      kid: recorder.kid,
    };
    await expect(
      append({ ...request, commandId: "system/x/0", drafts: [draft], envelope: null }),
    ).rejects.toMatchObject({ type: "EventUnwritable", nonRetryable: true });
    expect([claims.all.size, log.records]).toEqual([0, []]);
  });
});
