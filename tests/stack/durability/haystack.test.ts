import { findWords, type Hay, unfolded } from "./haystack.js";

const WORD = "canary-7f3a-ß";
const hay = (text: string): Hay => ({ from: "hay", bytes: Buffer.from(text, "utf8") });
const b64 = (text: string, encoding: "base64" | "base64url" = "base64"): string =>
  Buffer.from(text, "utf8").toString(encoding);

// A search that finds nothing proves nothing unless it would have found something.
describe("the search for words", () => {
  it.each<[string, Hay]>([
    ["as it is", hay(`{"a":"${WORD}"}`)],
    [
      "escaped in JSON",
      hay("\\u0063\\u0061\\u006e\\u0061\\u0072\\u0079\\u002d\\u0037\\u0066\\u0033\\u0061\\u002d\\u00df"),
    ],
    ["in hex", hay(Buffer.from(`x${WORD}`, "utf8").toString("hex"))],
    ["in base64", hay(b64(`${WORD}and more`))],
    ["in base64, one byte further", hay(b64(`x${WORD}and more`))],
    ["in base64url, two bytes further", hay(b64(`xy${WORD}and more`, "base64url"))],
    [
      "in base64 within base64 within JSON",
      hay(JSON.stringify({ r: b64(JSON.stringify({ b: b64(`{"text":"${WORD}"}`, "base64url") })) })),
    ],
  ])("finds one %s", (_, where) => expect(findWords(unfolded(where), [WORD])).not.toEqual([]));

  it("finds none where there is none", () =>
    expect(findWords(unfolded(hay(b64("something else entirely, and long enough"))), [WORD])).toEqual([]));
});
