import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { hex, utf8 } from "./bytes.js";
import { CanonicalError, canonicalize, canonicalText, parseCanonical, parseStrict } from "./canonical.js";

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof CanonicalError) return error.code;
    throw error;
  }
  return "none";
};

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value")),
    fc
      .dictionary(fc.string({ unit: "grapheme" }), tie("value"), { noNullPrototype: true })
      .filter((o) => !["__proto__", "constructor", "prototype"].some((k) => Object.hasOwn(o, k))),
  ),
})).value;

describe("canonical JSON", () => {
  it("reads back what it wrote, whatever the order of keys", () =>
    fc.assert(fc.property(json, (value) => expect(parseCanonical(canonicalize(value as never))).toEqual(value))));

  it("sorts keys by UTF-16 code units, as RFC 8785 does", () =>
    expect(
      canonicalText({ "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }),
    ).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}'));

  it.each([
    ['{"a":1,"a":2}', "DUPLICATE_KEY"],
    ['{"__proto__":1}', "FORBIDDEN_KEY"],
    ['{"constructor":1}', "FORBIDDEN_KEY"],
    ["1.5", "NOT_AN_INTEGER"],
    ["1e3", "NOT_AN_INTEGER"],
    ["-0", "NOT_AN_INTEGER"],
    ["9007199254740992", "NOT_AN_INTEGER"],
    ['"\\ud800"', "LONE_SURROGATE"],
    [`${"[".repeat(50_000)}${"]".repeat(50_000)}`, "TOO_DEEP"],
    ["[1,]", "BAD_JSON"],
    ["", "BAD_JSON"],
    ["01", "BAD_JSON"],
    ["nul", "BAD_JSON"],
    ['"\n"', "BAD_JSON"],
    ["\ufeff{}", "BAD_JSON"],
    ["{} {}", "BAD_JSON"],
  ])("refuses %.40s with %s", (text, code) => expect(codeOf(() => parseStrict(utf8(text)))).toBe(code));

  it("refuses bytes that aren't UTF-8", () =>
    expect(codeOf(() => parseStrict(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)))).toBe("BAD_UTF8"));

  it.each(['{"b":1,"a":2}', "[ ]", '"\\u0061"', '{"a":1}\n'])(
    "refuses %j as canonical though it is strict JSON",
    (text) => {
      expect(codeOf(() => parseStrict(utf8(text)))).toBe("none");
      expect(codeOf(() => parseCanonical(utf8(text)))).toBe("NOT_CANONICAL");
    },
  );

  it("writes nothing that it couldn't read", () => {
    expect(codeOf(() => canonicalize(undefined as never))).toBe("NOT_JSON");
    expect(codeOf(() => canonicalize({ a: new Date() } as never))).toBe("NOT_JSON");
    expect(codeOf(() => canonicalize(0.5))).toBe("NOT_AN_INTEGER");
  });
});

const vectors = "../shared/vectors/rfc8785";
const haveVectors = existsSync(vectors);
if (!haveVectors && !process.env.CI) console.warn(`skipped: ${vectors} isn't beside this clone`);

(haveVectors || process.env.CI ? describe : describe.skip)("the RFC 8785 test data", () => {
  it("gives the published bytes, or a refusal where a number isn't an integer", () => {
    expect(haveVectors).toBe(true);
    const names = readdirSync(join(vectors, "input")).filter((name) => name.endsWith(".json"));
    expect(names.length).toBeGreaterThan(4);
    const outcomes = names.map((name) => [name, againstPublished(name)]);
    expect(outcomes.filter(([, outcome]) => outcome === "equal").length).toBeGreaterThan(2);
    expect(outcomes.filter(([, outcome]) => outcome !== "equal" && outcome !== "NOT_AN_INTEGER")).toEqual([]);
  });
});

function againstPublished(name: string): string {
  try {
    const ours = canonicalize(parseStrict(readFileSync(join(vectors, "input", name))));
    return hex(ours) === hex(readFileSync(join(vectors, "output", name))) ? "equal" : "different";
  } catch (error) {
    return (error as CanonicalError).code;
  }
}
