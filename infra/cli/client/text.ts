import { styleText } from "node:util";

/**
 * Words of others on a terminal: control and formatting characters could move the cursor over what an approver reads, or turn its
 * direction around, so that they are shown as what they are.
 */
export const plain = (value: unknown): string =>
  String(value ?? "").replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) =>
    c === "\n" || c === "\t" ? c : `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );

export const oneLine = (value: unknown): string => plain(value).replace(/\s+/g, " ").trim();

export const cut = (value: unknown, width: number): string => {
  const text = oneLine(value);
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
};

export const short = (digest: string): string => oneLine(digest).slice(0, 12);

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colour on a terminal only, and not with NO_COLOR. */
export const paintFor =
  (stream: { readonly isTTY?: boolean }): Paint =>
  (style, text) =>
    stream.isTTY && !process.env.NO_COLOR ? styleText(style, text, { validateStream: false }) : text;

/** Columns as wide as their widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}

/** JSON with every control character escaped, which JSON.stringify leaves where they aren't ASCII. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** "12 min ago", "in 3 h": what a person works with; the instant stands beside it where it matters. */
export function relative(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  const [name, unit] = UNITS.find(([, size]) => Math.abs(ms) >= size) ?? UNITS.at(-1)!;
  const amount = `${Math.floor(Math.abs(ms) / unit)} ${name}`;
  return ms > 0 ? `in ${amount}` : `${amount} ago`;
}
