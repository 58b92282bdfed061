import { excerpt } from "./excerpt.js";

describe("an excerpt", () => {
  it("is cut with a sign", () => expect(excerpt("abcdef", 4)).toBe("abc…"));
  it("never ends in half a character", () => expect(excerpt("ab😀😀", 4).isWellFormed()).toBe(true));
  it("drops what moves a terminal's cursor or turns the direction of writing", () =>
    expect(excerpt("a\u001b[2Jb\u202ec\n\td", 40)).toBe("a\ufffd[2Jb\ufffdc\n\td"));
});
