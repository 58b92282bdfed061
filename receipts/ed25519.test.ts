import { existsSync, readFileSync } from "node:fs";
import { hex, unhex, utf8 } from "../incidents/bytes.js";
import { isValidKey, keyIdOf, publicKeyOf, sign, useAccelerator, verifySignature } from "./ed25519.js";

const VECTORS = process.env.COUNTERSIGN_VECTORS ?? "../shared/vectors/cctv-ed25519.json";
const present = existsSync(VECTORS);

interface EdgeCase {
  readonly number: number;
  readonly key: string;
  readonly sig: string;
  readonly msg: string;
}

const accepted = (): readonly number[] => {
  const cases = JSON.parse(readFileSync(VECTORS, "utf8")) as EdgeCase[];
  expect(cases).toHaveLength(914);
  return cases
    .filter(({ key, sig, msg }) => verifySignature(unhex(key), utf8(msg), unhex(sig)))
    .map(({ number }) => number);
};

describe("the agreement profile", () => {
  if (!present && !process.env.CI) console.info(`skipped: the CCTV vectors are not at ${VECTORS}`);
  const vectors = present || process.env.CI ? it : it.skip;
  vectors("accepts exactly one of the 914 CCTV edge vectors", () => expect(accepted()).toEqual([305]));

  it("accepts its own signature, and not one over other bytes", () => {
    const secret = new Uint8Array(32).fill(7);
    const signature = sign(secret, utf8("a"));
    expect(verifySignature(publicKeyOf(secret), utf8("a"), signature)).toBe(true);
    expect(verifySignature(publicKeyOf(secret), utf8("b"), signature)).toBe(false);
  });

  it("refuses S + L, which plain arithmetic would accept", () => {
    const secret = new Uint8Array(32).fill(7);
    expect(verifySignature(publicKeyOf(secret), utf8("a"), plusOrder(sign(secret, utf8("a"))))).toBe(false);
  });

  it("refuses keys of small order and of wrong length", () => {
    expect(isValidKey(unhex(`01${"00".repeat(31)}`))).toBe(false);
    expect(isValidKey(unhex("00".repeat(32)))).toBe(false);
    expect(isValidKey(new Uint8Array(31))).toBe(false);
  });

  it("refuses R = identity even where an accelerator would take it", () => {
    useAccelerator(() => true);
    const signature = unhex(`01${"00".repeat(63)}`);
    expect(verifySignature(publicKeyOf(new Uint8Array(32).fill(7)), utf8("a"), signature)).toBe(false);
    useAccelerator(null);
  });

  it("names a key by its role and its bytes", () =>
    expect(keyIdOf("recorder", new Uint8Array(32))).toBe("recorder-66687aadf862bd77"));
});

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function plusOrder(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${hex(signature.slice(32).reverse())}`) + ORDER;
  return Uint8Array.of(...signature.slice(0, 32), ...unhex(s.toString(16).padStart(64, "0")).reverse());
}
