/**
 * Outside text for a record and a terminal: well-formed, without control characters but line feed and tab, at most `max` UTF-16
 * units long, with "…" where it was cut.
 */
export function excerpt(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max - 1)}…` : text;
  // A cut through a surrogate pair leaves half of it, which has no UTF-8 form.
  return cut.toWellFormed().replace(CONTROL, "\ufffd");
}

/** C0 and C1, and the marks that turn the direction of writing: they can make a person read what isn't there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must go
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
