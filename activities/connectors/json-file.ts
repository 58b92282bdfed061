import { ConnectorError } from "./errors.js";
import type { Scalar } from "./params.js";

/**
 * A JSON object's text with some members set: their places stay, new ones come last, indentation and the last line feed are kept.
 *
 * @throws {ConnectorError} `TARGET_NOT_JSON`, or `TARGET_NOT_PLAIN` where writing the rest again would change how it is spelled
 *   (1.0, \u escapes, a key twice): a change must touch what was approved and nothing else.
 */
export function setMembers(before: string, members: Readonly<Record<string, Scalar>>): string {
  const value = parseObject(before);
  if (JSON.stringify(value) !== withoutSpace(before))
    throw new ConnectorError(
      "TARGET_NOT_PLAIN",
      "the file spells numbers, strings or keys in a way that a rewrite would change",
    );
  const after = JSON.stringify({ ...value, ...members }, null, indentOf(before));
  return before.endsWith("\n") ? `${after}\n` : after;
}

function parseObject(text: string): Record<string, unknown> {
  const value = parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw notJson("the file holds no JSON object");
  return value as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson("the file isn't JSON");
  }
}

const notJson = (message: string) => new ConnectorError("TARGET_NOT_JSON", message);

/** Strings stay whole: the first alternative takes them before the second can see their spaces. */
const withoutSpace = (text: string): string => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");

const indentOf = (text: string): string => /^\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? (text.includes("\n  ") ? "  " : "");
