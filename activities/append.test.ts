import { b64u } from "../incidents/bytes.js";
import type { Command, PersonBody } from "../incidents/commands.js";
import { genesisHash } from "../incidents/digest.js";
import { commandPayload, commandToSign, encodeEnvelope, parseEnvelope } from "../incidents/envelope.js";
import { parseEvent } from "../incidents/event.js";
import type { Draft, SealedTriple } from "../incidents/events.js";
import { parseRecord } from "../incidents/record.js";
import { ANA, GATEWAY, INC, LEE, ORG, RECORDER, type Signer, signer } from "../receipts/testing/cast.js";
import { type AppendRequest, createAppend } from "./append.js";
import { createLoadTail } from "./load-tail.js";
import { memoryAttachments, memoryClaims, memoryLog, memorySealed } from "./memory.fixture.js";

const OTHER_INC = `inc_${"0".repeat(25)}2`;
const AT = "2026-03-11T15:00:00.000Z";
const NOTE: PersonBody = { type: "add-note" };

/** A worker over what several workers share: claims, log and values. */
function desk() {
  const [log, claims, sealed] = [memoryLog(), memoryClaims(), memorySealed()];
  const recorder = { kid: RECORDER.keyid, sign: RECORDER.sign };
  const ports = {
    log,
    claims,
    sealed,
    attachments: memoryAttachments(),
    recorders: { current: async () => recorder, byId: async () => recorder },
    gateways: {
      publicKey: async (_org: string, keyid: string) => (keyid === GATEWAY.keyid ? GATEWAY.publicKey : null),
    },
  };
  return { log, claims, sealed, append: createAppend(ports), loadTail: createLoadTail(ports) };
}
type Desk = ReturnType<typeof desk>;

const slotsOf = ({ sealed }: Desk, text: string): Promise<readonly SealedTriple[]> =>
  sealed.seal(ORG, INC, [
    { path: "/address", value: "127.0.0.1" },
    { path: "/name", value: "Ana Ito" },
    { path: "/text", value: text },
  ]);

interface Said {
  readonly by?: Signer;
  readonly inc?: string;
  readonly actor?: string;
  readonly commandId?: string;
}

function envelopeOf(
  sealed: readonly SealedTriple[],
  { by = GATEWAY, inc = INC, actor = ANA, commandId = "command-1" }: Said = {},
): Uint8Array {
  const command: Command = {
    v: 1,
    org: ORG,
    inc,
    commandId,
    actor: { kind: "person", id: actor },
    assurance: "session",
    issuedAt: AT,
    body: NOTE,
    sealed,
  };
  const payload = commandPayload(command);
  return encodeEnvelope(payload, by.keyid, by.sign(commandToSign(payload)));
}

/** A note of Ana's, at `firstSeq`, with the envelope that vouches for it. */
async function noteRequest(
  at: Desk,
  text = "Looked at it.",
  over: Partial<AppendRequest> = {},
  said: Said = {},
): Promise<AppendRequest> {
  const sealed = await slotsOf(at, text);
  const envelope = envelopeOf(sealed, said);
  const actor = { kind: "person", id: ANA, assurance: "session", envelope: parseEnvelope(envelope).digest } as const;
  const draft: Draft = { typ: "NoteAdded", actor, clear: {}, sealed, attachments: [] };
  return {
    org: ORG,
    inc: INC,
    firstSeq: 0,
    prev: genesisHash(ORG, INC),
    at: AT,
    kid: RECORDER.keyid,
    commandId: "command-1",
    drafts: [draft],
    envelope: b64u(envelope),
    ...over,
  };
}

const nothingHappened = ({ claims, log }: Desk) => {
  expect(claims.all.size).toBe(0);
  expect(log.records).toEqual([]);
};

describe("append", () => {
  it("claims, logs and acknowledges one record that carries its envelope", async () => {
    const at = desk();
    const request = await noteRequest(at);
    const { hashes, kid } = await at.append(request);
    expect(kid).toBe(RECORDER.keyid);
    expect(at.claims.all.get(0)).toMatchObject({ hash: hashes[0], acknowledged: true });
    const { event, attachments, sealed } = parseRecord(at.log.records[0]!);
    expect(parseEvent(event)).toMatchObject({ typ: "NoteAdded", seq: 0, inc: INC, at: AT });
    expect(attachments.map(b64u)).toEqual([request.envelope]);
    expect(sealed).toHaveLength(3);
  });

  it("writes one event, of the same bytes, when the log refused and the append is tried again", async () => {
    const at = desk();
    const request = await noteRequest(at);
    at.log.fault = "refused";
    await expect(at.append(request)).rejects.toThrow("refused");
    expect(at.claims.all.get(0)).toMatchObject({ acknowledged: false });
    const { hashes } = await at.append(request);
    expect(at.log.records).toEqual([at.claims.all.get(0)!.record]);
    expect(at.claims.all.get(0)).toMatchObject({ hash: hashes[0], acknowledged: true });
  });

  it("writes the same bytes again when the log took them and the answer was lost", async () => {
    const at = desk();
    const request = await noteRequest(at);
    at.log.fault = "answer-lost";
    await expect(at.append(request)).rejects.toThrow("answer-lost");
    await at.append(request);
    expect(at.log.records).toHaveLength(2);
    expect(at.log.records[1]).toEqual(at.log.records[0]);
    expect(at.claims.all.size).toBe(1);
  });

  it("is SequenceConflict, not to be retried, where another event holds the place, and leaves that one alone", async () => {
    const at = desk();
    await at.append(await noteRequest(at));
    const before = [...at.log.records];
    const other = await noteRequest(at, "Something else.", { commandId: "command-2" }, { commandId: "command-2" });
    await expect(at.append(other)).rejects.toMatchObject({ type: "SequenceConflict", nonRetryable: true });
    expect(at.log.records).toEqual(before);
  });

  it.each<[string, "NO_ENVELOPE" | "BAD_ENVELOPE", (at: Desk) => Promise<AppendRequest>]>([
    ["without an envelope", "NO_ENVELOPE", (at) => noteRequest(at, "x", { envelope: null })],
    ["with an envelope of another incident", "BAD_ENVELOPE", (at) => noteRequest(at, "x", {}, { inc: OTHER_INC })],
    [
      "with an envelope of another command",
      "BAD_ENVELOPE",
      (at) => noteRequest(at, "x", {}, { commandId: "command-9" }),
    ],
    ["with an envelope of somebody else's", "BAD_ENVELOPE", (at) => noteRequest(at, "x", {}, { actor: LEE })],
    [
      "with an envelope signed by a key that is no gateway's",
      "BAD_ENVELOPE",
      (at) => noteRequest(at, "x", {}, { by: signer("gateway", "stranger") }),
    ],
    [
      "with an envelope signed by another key under the gateway's name",
      "BAD_ENVELOPE",
      (at) => noteRequest(at, "x", {}, { by: { ...signer("gateway", "stranger"), keyid: GATEWAY.keyid } }),
    ],
    [
      "with garbage for an envelope",
      "BAD_ENVELOPE",
      (at) => noteRequest(at, "x", { envelope: b64u(new Uint8Array([1, 2, 3])) }),
    ],
  ])("is EnvelopeRefused %s, and claims nothing", async (_, code, make) => {
    const at = desk();
    await expect(at.append(await make(at))).rejects.toMatchObject({
      type: "EnvelopeRefused",
      nonRetryable: true,
      details: [code],
    });
    nothingHappened(at);
  });

  it("is EnvelopeRefused where the event has a slot that the envelope doesn't name", async () => {
    const at = desk();
    const request = await noteRequest(at);
    const foreign = await slotsOf(at, "Never vouched for.");
    const drafts = request.drafts.map((draft) => ({ ...draft, sealed: foreign }));
    await expect(at.append({ ...request, drafts })).rejects.toMatchObject({
      type: "EnvelopeRefused",
      details: ["BAD_ENVELOPE"],
    });
    nothingHappened(at);
  });

  it("is EnvelopeRefused where a vouched-for value was never stored", async () => {
    const at = desk();
    const sealed = (await slotsOf(at, "x")).map(
      ([path, , commitment]): SealedTriple => [path, "f".repeat(32), commitment],
    );
    const envelope = envelopeOf(sealed);
    const request = await noteRequest(at);
    const actor = { ...request.drafts[0]!.actor, envelope: parseEnvelope(envelope).digest };
    const drafts = [{ ...request.drafts[0]!, actor, sealed }] as Draft[];
    await expect(at.append({ ...request, drafts, envelope: b64u(envelope) })).rejects.toMatchObject({
      type: "EnvelopeRefused",
    });
    nothingHappened(at);
  });
});

describe("loadTail", () => {
  it("gives out a claim only after the log has it", async () => {
    const at = desk();
    at.log.fault = "refused";
    await at.append(await noteRequest(at)).catch(() => undefined);
    expect(at.log.records).toEqual([]);
    const [fact] = await at.loadTail({ org: ORG, inc: INC, seq: 0 });
    expect(fact).toMatchObject({ seq: 0, typ: "NoteAdded", hash: at.claims.all.get(0)!.hash });
    expect(at.log.records).toEqual([at.claims.all.get(0)!.record]);
    expect(at.claims.all.get(0)!.acknowledged).toBe(true);
  });

  it("gives out nothing while the log refuses", async () => {
    const at = desk();
    at.log.fault = "refused";
    await at.append(await noteRequest(at)).catch(() => undefined);
    at.log.fault = "refused";
    await expect(at.loadTail({ org: ORG, inc: INC, seq: 0 })).rejects.toThrow("refused");
    expect(at.claims.all.get(0)!.acknowledged).toBe(false);
  });

  it("writes nothing again that the log has acknowledged", async () => {
    const at = desk();
    await at.append(await noteRequest(at));
    expect(await at.loadTail({ org: ORG, inc: INC, seq: 0 })).toHaveLength(1);
    expect(at.log.records).toHaveLength(1);
  });
});
