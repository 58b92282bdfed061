/** Bytes to search, and where they came from. */
export interface Hay {
  readonly from: string;
  readonly bytes: Uint8Array;
}

const MIN_RUN = 24;
const RUNS = [new RegExp(`[A-Za-z0-9_-]{${MIN_RUN},}`, "g"), new RegExp(`[A-Za-z0-9+/]{${MIN_RUN},}`, "g")] as const;
const HEX_RUN = new RegExp(`(?:[0-9a-f]{2}){${MIN_RUN},}`, "g");
const MAX_DEPTH = 6;

/** The bytes themselves and whatever base64, base64url and hex within them stand for, to any depth that a record has. */
export function unfolded(hay: Hay, depth = 0): readonly Hay[] {
  if (depth === MAX_DEPTH) return [hay];
  const text = Buffer.from(hay.bytes).toString("latin1");
  const found = [
    ...RUNS.flatMap((run) => text.match(run) ?? []).map((run) => Buffer.from(run, "base64")),
    ...(text.match(HEX_RUN) ?? []).map((run) => Buffer.from(run, "hex")),
  ];
  const readable = found.filter((bytes) => depth === 0 || isText(bytes));
  return [hay, ...readable.flatMap((bytes) => unfolded({ from: `${hay.from} >`, bytes }, depth + 1))];
}

/** Only text holds further encodings; random bytes would be unfolded for nothing. */
const isText = (bytes: Uint8Array): boolean => bytes.subarray(0, 64).every((byte) => byte >= 0x20 && byte < 0x7f);

/** Every way in which a word may stand in bytes: plain, JSON-escaped, hex, and base64 in its three alignments. */
export function spellings(word: string): readonly string[] {
  const bytes = Buffer.from(word, "utf8");
  const escaped = [...word].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const hex = bytes.toString("hex");
  const base64 = [0, 1, 2].flatMap((shift) => aligned(bytes, shift));
  return [
    ...new Set([
      bytes.toString("latin1"),
      JSON.stringify(word).slice(1, -1),
      escaped,
      hex,
      hex.toUpperCase(),
      ...base64,
    ]),
  ];
}

/** What base64 shows of the word where `shift` unknown bytes stand before it in its group of three: without the ends that they share. */
function aligned(bytes: Buffer, shift: number): readonly string[] {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor((padded.length * 8) / 6);
  return (["base64", "base64url"] as const).map((encoding) => padded.toString(encoding).slice(first, last));
}

/** Each place where one of the words stands, in any spelling. */
export function findWords(hays: readonly Hay[], words: readonly string[]): readonly string[] {
  const needles = words.flatMap((word) =>
    spellings(word).map((spelling) => ({ word, bytes: Buffer.from(spelling, "latin1") })),
  );
  return hays.flatMap(({ from, bytes }) => {
    const hay = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return needles.filter((needle) => hay.includes(needle.bytes)).map(({ word }) => `${word} in ${from}`);
  });
}
