import { refuseBehind } from "./offsets.js";

const twelve = (first: number): number[] => [first, ...new Array(11).fill(0)];

describe("the offsets of a subscription", () => {
  it("may be the end, or anything before it", () => {
    refuseBehind(twelve(3), twelve(3));
    refuseBehind(twelve(0), twelve(3));
  });

  it("may not lie beyond the end", () => {
    expect(() => refuseBehind(twelve(4), twelve(3))).toThrow(expect.objectContaining({ code: "LOG_BEHIND_READER" }));
  });

  it("are one for each partition", () => {
    expect(() => refuseBehind([0], twelve(0))).toThrow(RangeError);
  });
});
