import fc from "fast-check";
import { publicKeyOf, sign, useAccelerator, verifySignature } from "../ed25519.js";
import { verifyWithNode } from "./accelerate.js";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const flip = (signature: Uint8Array, bit: number): Uint8Array =>
  signature.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe("node:crypto as accelerator", () => {
  afterEach(() => useAccelerator(null));

  it("accepts and refuses what the reference does", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        bytes(32),
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 512 }),
        (secret, message, bit) => {
          const key = publicKeyOf(secret);
          const signature = bit === 512 ? sign(secret, message) : flip(sign(secret, message), bit);
          useAccelerator(null);
          const reference = verifySignature(key, message, signature);
          useAccelerator(verifyWithNode);
          expect(verifySignature(key, message, signature)).toBe(reference);
          expect(reference).toBe(bit === 512);
          seen++;
        },
      ),
      { numRuns: 60 },
    );
    expect(seen).toBeGreaterThanOrEqual(60);
  });
});
