import fc from "fast-check";
import { canonicalText, type Json } from "../incidents/canonical.js";
import { PolicyInputError } from "./errors.js";
import { parseInputs } from "./inputs-json.js";
import { BASE_CASE } from "./samples/base-case.js";

const json = JSON.parse(JSON.stringify(BASE_CASE)) as { [key: string]: Json };

function codeOf(value: Json): string {
  try {
    parseInputs(value);
  } catch (error) {
    if (error instanceof PolicyInputError) return error.code;
    throw error;
  }
  return "fine";
}

describe("facts as JSON", () => {
  it("are read unchanged", () => expect(canonicalText(parseInputs(json) as unknown as Json)).toBe(canonicalText(json)));

  it.each<[string, Json]>([
    ["an unknown member", { ...json, more: 1 }],
    ["a missing member", Object.fromEntries(Object.entries(json).filter(([key]) => key !== "plan"))],
    ["a time that isn't one", { ...json, at: "2026-02-30T00:00:00.000Z" }],
    ["a person that is a list", { ...json, directory: { asOf: BASE_CASE.at, people: { a: [] }, delegations: [] } }],
    ["a vote that is null", { ...json, approvals: [null] }],
    ["a severity that is text", { ...json, incident: { id: "i", severity: "1", class: "c", status: "open" } }],
    ["no object at all", [1]],
  ])("with %s are refused with a code", (_, value) => expect(codeOf(value)).toBe("BAD_INPUTS"));

  it("of any shape are read or refused, never a TypeError", () => {
    const keys = Object.keys(json);
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        expect(["fine", "BAD_INPUTS"]).toContain(codeOf({ ...json, [key]: value as Json }));
      }),
      { numRuns: 500 },
    );
  });
});
