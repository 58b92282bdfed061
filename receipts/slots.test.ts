import { hex } from "../incidents/bytes.js";
import { blindOf, commitmentOf, newSlot } from "./slots.js";
import { INC, INC_KEY, ORG } from "./testing/cast.js";

const place = { org: ORG, inc: INC, ref: "ab".repeat(16), path: "/title" };

describe("a sealed slot", () => {
  it("is the same on every machine", () =>
    expect(newSlot({ ...place, incKey: INC_KEY, value: "x" })).toEqual(
      newSlot({ ...place, incKey: INC_KEY, value: "x" }),
    ));

  it.each([
    ["path", "/name"],
    ["ref", "cd".repeat(16)],
    ["inc", "inc_00000000000000000000000002"],
    ["org", "other"],
  ])("binds its value to its %s", (member, other) => {
    const { salt, commitment } = newSlot({ ...place, incKey: INC_KEY, value: "x" });
    expect(commitmentOf(salt, place, "x")).toBe(commitment);
    expect(commitmentOf(salt, { ...place, [member]: other }, "x")).not.toBe(commitment);
    expect(commitmentOf(salt, place, "y")).not.toBe(commitment);
  });

  it("has its own salt and its own key per place", () => {
    const [a, b] = [
      newSlot({ ...place, incKey: INC_KEY, value: "x" }),
      newSlot({ ...place, path: "/name", incKey: INC_KEY, value: "x" }),
    ];
    expect(new Set([a.salt, a.key, b.salt, b.key].map(hex)).size).toBe(4);
  });
});

describe("a blind", () => {
  it("is equal for equal bytes of one kind only", () => {
    const bytes = new Uint8Array([1]);
    expect(blindOf(INC_KEY, "plan", bytes)).toEqual(blindOf(INC_KEY, "plan", bytes));
    expect(blindOf(INC_KEY, "plan", bytes)).not.toEqual(blindOf(INC_KEY, "display", bytes));
    expect(blindOf(new Uint8Array(32), "plan", bytes)).not.toEqual(blindOf(INC_KEY, "plan", bytes));
  });
});
