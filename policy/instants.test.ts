import fc from "fast-check";
import { durationMs, durationText, instantOf, millis } from "./instants.js";

const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

describe("instants", () => {
  it("are read and written as the platform's own clock functions do", () =>
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => {
        const text = new Date(ms).toISOString();
        expect([millis(text), instantOf(ms)]).toEqual([ms, text]);
      }),
      { numRuns: 3000 },
    ));

  it.each([
    "2026-02-29T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-00-01T00:00:00.000Z",
    "2026-01-01T24:00:00.000Z",
  ])("refuse %s, which no calendar has", (text) => expect(() => millis(text)).toThrow("BAD_TIME"));

  it.each(["", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000+01:00", " 2026-01-01T00:00:00.000Z"])(
    "refuse another form: %j",
    (text) => expect(() => millis(text)).toThrow("BAD_TIME"),
  );
});

describe("durations", () => {
  it("have one spelling each", () => {
    expect(["240m", "24h", "90m", "60s", "3600s"].map((text) => durationText(durationMs(text)!))).toEqual([
      "4h",
      "1d",
      "90m",
      "1m",
      "1h",
    ]);
  });

  it.each(["0m", "-1h", "1.5h", "4", "h", "4 h", "04h", "4w", "367d", "99999999d", ""])("refuse %j", (text) =>
    expect(durationMs(text)).toBeUndefined(),
  );
});
