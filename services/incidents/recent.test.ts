import { recentlyUsed } from "./recent.js";

describe("what was used last", () => {
  it("stays up to a weight, the oldest going first", () => {
    const recent = recentlyUsed<string>(10);
    recent.put("a", "A", 4);
    recent.put("b", "B", 4);
    recent.get("a");
    recent.put("c", "C", 4);
    expect(["a", "b", "c"].map(recent.get)).toEqual(["A", undefined, "C"]);
  });

  it("is weighed by what it is now, and what was put last stays however heavy", () => {
    const recent = recentlyUsed<string>(10);
    for (let i = 0; i < 100; i++) recent.put("a", `A${i}`, 9);
    expect(recent.get("a")).toBe("A99");
    recent.put("b", "B", 1_000);
    expect(["a", "b"].map(recent.get)).toEqual([undefined, "B"]);
    recent.put("c", "C", 1);
    expect(["b", "c"].map(recent.get)).toEqual([undefined, "C"]);
  });
});
