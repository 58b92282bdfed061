import { namesOf } from "./names.js";

describe("what stands in place of an id", () => {
  it("is the name where one is known, and else the id", () => {
    const name = namesOf({ people: { per_aaaaaaaa: "Ana" }, sources: { src_aaaaaaaa: "alertmanager" } });
    expect(["per_aaaaaaaa", "src_aaaaaaaa", "per_cccccccc", "system"].map(name)).toEqual([
      "Ana",
      "alertmanager",
      "per_cccccccc",
      "system",
    ]);
    expect(namesOf({})("per_aaaaaaaa")).toBe("per_aaaaaaaa");
  });

  it("tells two of one name apart", () => {
    const name = namesOf({ people: { per_aaaaaaaa: "Ana", per_bbbbbbbb: " Ana", per_cccccccc: "Bo" } });
    expect(["per_aaaaaaaa", "per_bbbbbbbb", "per_cccccccc"].map(name)).toEqual([
      "Ana (per_aaaaaaaa)",
      "Ana (per_bbbbbbbb)",
      "Bo",
    ]);
  });

  it("moves no cursor, and is never nothing", () => {
    const name = namesOf({ people: { per_aaaaaaaa: "A\u001b[2Kna", per_bbbbbbbb: " " } });
    expect(["per_aaaaaaaa", "per_bbbbbbbb"].map(name)).toEqual(["A\\u001b[2Kna", "per_bbbbbbbb"]);
  });
});
