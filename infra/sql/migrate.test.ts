import { digestOf, missing } from "./migrate.js";
import { migrations } from "./migrations/index.js";

const one = { id: "one-1", up: "select 1" };
const two = { id: "two-1", up: "select 2" };

describe("migrations", () => {
  it("are due in list order unless applied, and those of a newer program are let be", () => {
    const applied = new Map([
      ["one-1", digestOf(one.up)],
      ["newer-1", "f00"],
    ]);
    expect(missing([one, two], new Map())).toEqual([one, two]);
    expect(missing([one, two], applied)).toEqual([two]);
  });

  it("are never edited once applied", () => {
    const edit = () => missing([{ ...one, up: "select 3" }], new Map([["one-1", digestOf(one.up)]]));
    expect(edit).toThrow(expect.objectContaining({ code: "MIGRATION_CHANGED" }));
  });

  it("have names of their own", () => {
    expect(() => missing([one, one], new Map())).toThrow(expect.objectContaining({ code: "MIGRATION_TWICE" }));
    expect(missing(migrations, new Map()).length).toBeGreaterThan(0);
  });
});
