import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import { concat, lp } from "../../incidents/bytes.js";
import { newKey } from "../keys/make.js";
import { ROLES } from "../keys/roles.js";
import { type KeyStore, keyStoreOf } from "../keys/store.js";
import { encrypt } from "../vault/gcm.js";
import { payloadCodec } from "./codec.js";
import { dataConverterOf } from "./data-converter.js";

const keysOf = (org: string): KeyStore =>
  keyStoreOf(
    ROLES.map((role) => newKey(role, org, new Date(0))),
    "memory",
  );
const keys = keysOf("acme");
const codec = payloadCodec(keys);
const CANARY = "canary-5d1f";

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const readOf = (payload: Payload): unknown => defaultPayloadConverter.fromPayload(payload);
const encodeOne = async (value: unknown): Promise<Payload> => (await codec.encode([payloadOf(value)]))[0]!;
const decodeOne = async (payload: Payload, by = codec): Promise<unknown> => readOf((await by.decode([payload]))[0]!);
const changed = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe("the payload codec", () => {
  it.each([[{ a: [1, "ü", null] }], ["text"], [undefined], [null], [new Uint8Array([0, 255])]])(
    "gives back %p",
    async (value) => {
      expect(await decodeOne(await encodeOne(value))).toEqual(value);
    },
  );

  it("leaves nothing readable, not even how the value was encoded", async () => {
    const { metadata, data } = await encodeOne({ secret: CANARY });
    expect(Object.keys(metadata!).sort()).toEqual(["encoding", "encryption-key-id"]);
    expect(Buffer.from(metadata!.encoding!).toString()).toBe("binary/encrypted");
    expect(Buffer.from(data!).includes(CANARY)).toBe(false);
    expect(Buffer.from(data!).includes("json/plain")).toBe(false);
  });

  it("never encrypts one value twice alike", async () => {
    const [a, b] = [await encodeOne("same"), await encodeOne("same")];
    expect(Buffer.from(a.data!).equals(Buffer.from(b.data!))).toBe(false);
  });

  it("encrypts what already looks encrypted", async () => {
    const once = await encodeOne("x");
    const [twice] = await codec.encode([once]);
    const [back] = await codec.decode([twice!]);
    expect(Buffer.from(back!.data!).equals(Buffer.from(once.data!))).toBe(true);
  });

  it("keeps the number of payloads, none included", async () => {
    expect(await codec.encode([])).toEqual([]);
    expect(await codec.decode([])).toEqual([]);
    expect(await codec.encode([payloadOf(1), payloadOf(2)])).toHaveLength(2);
  });
});

describe("what can't be decoded", () => {
  const undecodable = (code: string): unknown => ({ undecodable: code });

  it.each([
    ["a plain payload", payloadOf({ undecodable: "nothing" })],
    ["an empty payload", {}],
    ["null members", { metadata: null, data: null }],
    ["a foreign encoding", { metadata: { encoding: Buffer.from("binary/other") }, data: Buffer.from("x") }],
  ] as [string, Payload][])("%s is PLAIN", async (_, payload) => {
    expect(await decodeOne(payload)).toEqual(undecodable("PLAIN"));
  });

  it("a payload of another organisation's key is FOREIGN_KEY", async () => {
    expect(await decodeOne(await encodeOne(1), payloadCodec(keysOf("other")))).toEqual(undecodable("FOREIGN_KEY"));
  });

  it("a payload without a key id is FOREIGN_KEY", async () => {
    const { data } = await encodeOne(1);
    const metadata = { encoding: Buffer.from("binary/encrypted") };
    expect(await decodeOne({ metadata, data })).toEqual(undecodable("FOREIGN_KEY"));
  });

  it("one flipped bit, anywhere, is DAMAGED", async () => {
    const { metadata, data } = await encodeOne(CANARY);
    expect(data!.length).toBeGreaterThan(28);
    for (let at = 0; at < data!.length; at++)
      expect(await decodeOne({ metadata, data: changed(data!, at) })).toEqual(undecodable("DAMAGED"));
  });

  it.each([0, 11, 12, 27])("a payload cut to %i bytes is DAMAGED", async (length) => {
    const { metadata, data } = await encodeOne(1);
    expect(await decodeOne({ metadata, data: data!.slice(0, length) })).toEqual(undecodable("DAMAGED"));
  });

  it("an absent body is DAMAGED, and random ones are too", async () => {
    const { metadata } = await encodeOne(1);
    expect(await decodeOne({ metadata })).toEqual(undecodable("DAMAGED"));
    for (let i = 0; i < 50; i++)
      expect(await decodeOne({ metadata, data: randomBytes(i * 3) })).toEqual(undecodable("DAMAGED"));
  });

  it("what our own key encrypted and isn't a payload is DAMAGED", async () => {
    const { metadata } = await encodeOne(1);
    const { kid, secret } = keys.current("codec");
    const aad = concat(lp("countersign/codec/v1"), lp("acme"), lp(kid));
    const sealed = encrypt(secret, new Uint8Array(12), aad, new Uint8Array([0xff, 0xff, 0xff]));
    expect(await decodeOne({ metadata, data: concat(new Uint8Array(12), sealed) })).toEqual(undecodable("DAMAGED"));
  });

  it("keeps the readable ones beside it", async () => {
    const [a, b] = await codec.decode([payloadOf("plain"), await encodeOne("fine")]);
    expect([readOf(a!), readOf(b!)]).toEqual([undecodable("PLAIN"), "fine"]);
  });
});

it("decodes what a retired key encrypted", async () => {
  const old = newKey("codec", "acme", new Date(0));
  const others = ROLES.filter((role) => role !== "codec").map((role) => newKey(role, "acme", new Date(0)));
  const before = payloadCodec(keyStoreOf([...others, old], "memory"));
  const rotated = [...others, { ...old, state: "retired" as const }, newKey("codec", "acme", new Date(1))];
  const after = payloadCodec(keyStoreOf(rotated, "memory"));
  expect(await decodeOne((await before.encode([payloadOf("kept")]))[0]!, after)).toBe("kept");
});

it("is given to Temporal with converters that it can load", () => {
  const { payloadCodecs, payloadConverterPath, failureConverterPath } = dataConverterOf(keys);
  expect(payloadCodecs).toHaveLength(1);
  expect([payloadConverterPath, failureConverterPath].every((path) => existsSync(path!))).toBe(true);
});
