import { setMembers } from "./json-file.js";

describe("setting members of a JSON file", () => {
  it.each([
    [
      "keeps order, indentation and the last line feed",
      '{\n  "b": 1,\n  "a": [true]\n}\n',
      '{\n  "b": 5,\n  "a": [\n    true\n  ],\n  "c": null\n}\n',
    ],
    ["keeps tabs and the missing line feed", '{\n\t"b": 1\n}', '{\n\t"b": 5,\n\t"c": null\n}'],
    ["keeps one line", '{"b": 1, "a": "x  y"}', '{"b":5,"a":"x  y","c":null}'],
  ])("%s", (_, before, after) => expect(setMembers(before, { b: 5, c: null })).toBe(after));

  it.each([
    ["TARGET_NOT_JSON", "replicas: 3"],
    ["TARGET_NOT_JSON", "[1]"],
    ["TARGET_NOT_JSON", "null"],
    ["TARGET_NOT_PLAIN", '{"cpu": 1.0}'],
    ["TARGET_NOT_PLAIN", '{"id": 12345678901234567890}'],
    ["TARGET_NOT_PLAIN", '{"a": 1, "a": 2}'],
    ["TARGET_NOT_PLAIN", '{"a": "\\u0041"}'],
    ["TARGET_NOT_PLAIN", '{"b": 1, "7": 2}'],
  ])("refuses with %s what it would change otherwise: %s", (code, text) =>
    expect(() => setMembers(text, { b: 5 })).toThrow(expect.objectContaining({ code })),
  );
});
