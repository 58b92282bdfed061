import { randomBytes } from "node:crypto";

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** `prefix` and 26 random digits of base 36: 134 bits. */
export const mintId = (prefix: "inc_" | "dlv_" | "cmd_" | "sup_"): string => prefix + [...randomDigits(26)].join("");

function* randomDigits(count: number): Generator<string> {
  for (let left = count; left > 0; ) {
    // 252 = 7 · 36: what lies above would favour the first digits.
    const byte = randomBytes(1)[0]!;
    if (byte >= 252) continue;
    left--;
    yield DIGITS[byte % 36]!;
  }
}
