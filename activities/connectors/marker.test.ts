import { markerOf } from "./marker.js";

const secret = Buffer.alloc(32, 7);

describe("a marker", () => {
  it("is the same each time", () => expect(markerOf(secret, "k")).toBe(markerOf(secret, "k")));
  it("is 64 hex digits", () => expect(markerOf(secret, "k")).toMatch(/^[0-9a-f]{64}$/));
  it("depends on key and secret", () =>
    expect(new Set([markerOf(secret, "k"), markerOf(secret, "l"), markerOf(Buffer.alloc(32, 8), "k")]).size).toBe(3));
  it("is refused under a short secret", () => expect(() => markerOf(Buffer.alloc(8), "k")).toThrow(RangeError));
});
