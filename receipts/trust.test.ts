import { utf8 } from "../incidents/bytes.js";
import { STRANGER, TRUST } from "./testing/cast.js";
import { parseTrust, TrustError, trustDigest } from "./trust.js";

const bytes = (change: object): Uint8Array => utf8(JSON.stringify({ ...TRUST, ...change }, null, 2));
const [recorder] = TRUST.recorders;

describe("a trust file", () => {
  it("may be laid out as people like it", () => {
    expect(parseTrust(bytes({}))).toEqual(TRUST);
    expect(trustDigest(parseTrust(bytes({})))).toBe(trustDigest(TRUST));
  });

  it.each([
    ["an unknown field", { more: 1 }],
    ["an unknown requirement", { require: ["everything"] }],
    ["no requirement at all", { require: [] }],
    ["a key under another's id", { recorders: [{ keyid: STRANGER.keyid, publicKey: recorder!.publicKey }] }],
    ["one key in two roles", { gateways: [{ keyid: TRUST.gateways[0]!.keyid, publicKey: recorder!.publicKey }] }],
    ["one key twice", { recorders: [recorder, recorder] }],
    ["a key of small order", { recorders: [{ keyid: "recorder-0000000000000000", publicKey: "A".repeat(43) }] }],
  ])("is refused with %s", (_, change) => expect(() => parseTrust(bytes(change))).toThrow(TrustError));
});
