import { readFileSync, writeFileSync } from "node:fs";
import { codesTable, eventsTable } from "./spec-tables.js";
import { specExample } from "./testing/spec-example.js";

const FILE = "receipts/SPEC.md";

/** Replaces what stands between a section's two marks. */
function withSection(text: string, name: string, body: string): string {
  const [open, close] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`SPEC.md has no section ${name}`);
  return `${text.slice(0, start + open.length)}\n${body}\n${text.slice(end)}`;
}

describe("SPEC.md", () => {
  it.each([
    ["events", eventsTable],
    ["codes", codesTable],
    ["example", specExample],
  ])("has the section of %s as the program has it (UPDATE_SPEC=1 writes it)", (name, make) => {
    const text = readFileSync(FILE, "utf8");
    const expected = withSection(text, name, make());
    if (process.env.UPDATE_SPEC) writeFileSync(FILE, expected);
    else expect(text).toBe(expected);
  });
});
