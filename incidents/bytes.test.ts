import fc from "fast-check";
import { b64u, lp, unb64u, unhex } from "./bytes.js";

describe("byte forms", () => {
  it("encodes base64url as Node does, and reads it back", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(b64u(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(unb64u(b64u(bytes))).toEqual(bytes);
      }),
    ));

  it.each(["A", "AB=", "AA==", "A+", "AB", "AAB", " AA", "A\n"])(
    "refuses %j, which doesn't re-encode to itself",
    (text) => expect(() => unb64u(text)).toThrow(RangeError),
  );

  it.each(["A0", "0", "zz"])("refuses %j as hex", (text) => expect(() => unhex(text)).toThrow(RangeError));

  it("prefixes lengths, so that no two lists share a preimage", () =>
    expect(lp("ab")).toEqual(Uint8Array.of(0, 0, 0, 2, 97, 98)));
});
