import { createCipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { blindedDigest } from "../../incidents/digest.js";
import { blindOf } from "../../receipts/slots.js";
import { SealedValueDamaged } from "./errors.js";
import { openSlot, sealSlot } from "./slot-cipher.js";

/** One value sealed step by step with another library than ours, from receipts/SPEC.md, "Sealed values". */
const incKey = new Uint8Array(32).fill(7);
const place = { org: "acme", inc: `inc_${"0".repeat(26)}`, ref: "00112233445566778899aabbccddeeff", path: "/comment" };
const value = { text: "looks good", n: 3 };
const CANONICAL = '{"n":3,"text":"looks good"}';

const lp = (...parts: (string | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
const hkdf = (info: Uint8Array | string): Buffer => Buffer.from(hkdfSync("sha256", incKey, "", info, 32));
const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const salt = hkdf(lp("countersign/salt/v1", place.ref, place.path));
const key = hkdf(lp("countersign/slot-key/v1", place.ref, place.path));
const commitment = sha256("countersign/field/v1\0", lp(salt, place.org, place.inc, place.ref, place.path, CANONICAL));
const aad = Buffer.concat([lp(place.org, place.inc, place.ref, place.path), commitment]);
const ciphertext = ((): Buffer => {
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.alloc(12)).setAAD(aad);
  return Buffer.concat([cipher.update(CANONICAL), cipher.final(), cipher.getAuthTag()]);
})();

const VECTOR = {
  salt: "1f33ecafdd6e4aeca224cc381f00b71ac4d1709bd3d300536931266a30b393f4",
  key: "03dba662db33de449f059c9b8347fcb5393b7b9f94645ed748cb128877e298e7",
  commitment: "000bb413422711c3df953f0eef58047cf276ad9931d18583163ef11d2a709f28",
  ciphertext: "f025d02c0d41bc8f5f63b4c04bf73a1976d1a400bd7ca701aace99ddeaf093c969b62b347af77e8082641a",
  blind: "01c3c1f7ce874a35e56e8f8df48810cac026ba3f97c87a5e4d8ff224d547e068",
  digest: "15679190012aa416d5fc6022114c7eb7f0c8bd8cd6d28ee927d290565a8ca9b1",
};

const sealed = sealSlot({ incKey, ...place, value });
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

it("seals as the specification says, byte for byte", () => {
  expect(sealed.triple).toEqual([place.path, place.ref, commitment.toString("hex")]);
  expect(hexOf(sealed.ciphertext)).toBe(hexOf(ciphertext));
  const steps = { salt, key, commitment, ciphertext };
  for (const [name, bytes] of Object.entries(steps))
    expect([name, hexOf(bytes)]).toEqual([name, VECTOR[name as keyof typeof steps]]);
});

it("blinds a digest as the specification says, byte for byte", () => {
  const blind = createHmac("sha256", hkdf("countersign/blind/v1/plan")).update(CANONICAL).digest();
  const digest = sha256("countersign/plan/v1\0", lp(blind), CANONICAL);
  const bytes = new Uint8Array(Buffer.from(CANONICAL));
  expect(hexOf(blindOf(incKey, "plan", bytes))).toBe(hexOf(blind));
  expect(blindedDigest("plan", new Uint8Array(blind), bytes)).toBe(hexOf(digest));
  expect([hexOf(blind), hexOf(digest)]).toEqual([VECTOR.blind, VECTOR.digest]);
});

describe("opening", () => {
  const [, , committed] = sealed.triple;

  it("gives back value and salt", () =>
    expect(openSlot(incKey, place, committed, sealed.ciphertext)).toEqual({ salt: new Uint8Array(salt), value }));

  it.each([
    ["another incident", { ...place, inc: `inc_${"1".repeat(26)}` }],
    ["another organisation", { ...place, org: "other" }],
    ["another ref", { ...place, ref: "ff".repeat(16) }],
    ["another path", { ...place, path: "/title" }],
  ])("refuses a ciphertext moved to %s", (_, moved) =>
    expect(() => openSlot(incKey, moved, committed, sealed.ciphertext)).toThrow(SealedValueDamaged),
  );

  it("refuses another commitment, another key, a changed byte and a short text", () => {
    const flipped = sealed.ciphertext.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    expect(() => openSlot(incKey, place, "0".repeat(64), sealed.ciphertext)).toThrow(SealedValueDamaged);
    expect(() => openSlot(new Uint8Array(32), place, committed, sealed.ciphertext)).toThrow(SealedValueDamaged);
    expect(() => openSlot(incKey, place, committed, flipped)).toThrow(SealedValueDamaged);
    expect(() => openSlot(incKey, place, committed, new Uint8Array(3))).toThrow(SealedValueDamaged);
  });
});
