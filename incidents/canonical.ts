import { equalBytes, utf8 } from "./bytes.js";

/** I-JSON with integers only: what every implementation reads and writes alike (receipts/SPEC.md, "Bytes"). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const MAX_DEPTH = 24;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export type CanonicalCode =
  | "BAD_UTF8"
  | "BAD_JSON"
  | "NOT_CANONICAL"
  | "DUPLICATE_KEY"
  | "FORBIDDEN_KEY"
  | "NOT_AN_INTEGER"
  | "LONE_SURROGATE"
  | "TOO_DEEP"
  | "NOT_JSON";

export class CanonicalError extends Error {
  override readonly name = "CanonicalError";
  constructor(
    readonly code: CanonicalCode,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

const refuse = (code: CanonicalCode, message: string): never => {
  throw new CanonicalError(code, message);
};

/**
 * The one byte form of a value: RFC 8785 restricted to integers of |n| ≤ 2^53−1 without −0, no lone surrogates, depth ≤ 24.
 * @throws {CanonicalError} where the value has no such form.
 */
export const canonicalize = (value: Json): Uint8Array => utf8(canonicalText(value));

/** `canonicalize` as a string; UTF-16 code unit order of keys, as RFC 8785 section 3.2.3 asks. */
export const canonicalText = (value: Json): string => write(value, 0);

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) return refuse("TOO_DEEP", `nesting is deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return writeInteger(value);
  if (typeof value === "string") return writeString(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  if (typeof value === "object" && isPlain(value)) return writeObject(value, depth);
  return refuse("NOT_JSON", `expected a JSON value, found ${typeof value}`);
}

const isPlain = (value: object): value is Record<string, unknown> => {
  const proto = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
};

function writeInteger(n: number): string {
  if (!Number.isSafeInteger(n) || Object.is(n, -0)) return refuse("NOT_AN_INTEGER", `${n} is not a safe integer`);
  return String(n);
}

function writeString(text: string): string {
  if (!text.isWellFormed()) return refuse("LONE_SURROGATE", "a string holds a lone surrogate");
  return JSON.stringify(text);
}

function writeObject(value: Record<string, unknown>, depth: number): string {
  const members = Object.keys(value)
    .sort(byCodeUnit)
    .map((key) => `${writeKey(key)}:${write(value[key], depth + 1)}`);
  return `{${members.join(",")}}`;
}

const writeKey = (key: string): string =>
  FORBIDDEN_KEYS.has(key) ? refuse("FORBIDDEN_KEY", `the key ${key} is not allowed`) : writeString(key);

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Reads canonical bytes and nothing else.
 * @throws {CanonicalError} where the bytes aren't the canonical form of what they say.
 */
export function parseCanonical(bytes: Uint8Array): Json {
  const value = parseStrict(bytes);
  if (!equalBytes(canonicalize(value), bytes)) refuse("NOT_CANONICAL", "the bytes are not in canonical form");
  return value;
}

/** Reads strict I-JSON with any white space and key order: duplicate keys, floats, bad UTF-8 and deep nesting are refused. */
export function parseStrict(bytes: Uint8Array, maxDepth = MAX_DEPTH): Json {
  const reader = new Reader(decodeUtf8(bytes), maxDepth);
  return reader.document();
}

// The three runtimes we run in (Node, browsers, Temporal's sandbox) all have it; no library's types are compiled in here.
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse("BAD_UTF8", "the bytes are not UTF-8");
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a string.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\n\r]*/y;

/** A recursive-descent reader; `JSON.parse` would accept duplicate keys and `__proto__` silently. */
class Reader {
  #at = 0;
  constructor(
    readonly text: string,
    readonly maxDepth: number,
  ) {}

  document(): Json {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#at !== this.text.length) this.#fail();
    return value;
  }

  #value(depth: number): Json {
    if (depth > this.maxDepth) return refuse("TOO_DEEP", `nesting is deeper than ${this.maxDepth}`);
    this.#match(SPACE);
    const char = this.text[this.#at];
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === '"') return this.#string();
    const found = WORDS.find(([word]) => this.text.startsWith(word, this.#at));
    if (!found) return this.#number();
    this.#skip(found[0].length);
    return found[1];
  }

  #object(depth: number): Json {
    const out: Record<string, Json> = {};
    const keys = new Set<string>();
    this.#skip(1);
    if (this.#next("}")) return out;
    do {
      this.#match(SPACE);
      const key = this.#string();
      if (keys.has(key)) refuse("DUPLICATE_KEY", `the key ${JSON.stringify(key)} stands twice`);
      if (FORBIDDEN_KEYS.has(key)) refuse("FORBIDDEN_KEY", `the key ${key} is not allowed`);
      keys.add(key);
      if (!this.#next(":")) this.#fail();
      out[key] = this.#value(depth + 1);
    } while (this.#next(","));
    if (!this.#next("}")) this.#fail();
    return out;
  }

  #array(depth: number): Json {
    const out: Json[] = [];
    this.#skip(1);
    if (this.#next("]")) return out;
    do out.push(this.#value(depth + 1));
    while (this.#next(","));
    if (!this.#next("]")) this.#fail();
    return out;
  }

  #string(): string {
    const text = JSON.parse(this.#match(STRING) ?? this.#fail()) as string;
    return text.isWellFormed() ? text : refuse("LONE_SURROGATE", "a string holds a lone surrogate");
  }

  #number(): number {
    const text = this.#match(NUMBER) ?? this.#fail();
    const n = Number(text);
    if (!/^-?[0-9]+$/.test(text) || !Number.isSafeInteger(n) || Object.is(n, -0))
      refuse("NOT_AN_INTEGER", `${text.slice(0, 40)} is not a safe integer`);
    return n;
  }

  #next(char: string): boolean {
    this.#match(SPACE);
    if (this.text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skip(length: number): void {
    this.#at += length;
  }

  #fail(): never {
    return refuse("BAD_JSON", `unexpected character at offset ${this.#at}`);
  }
}

const WORDS = [
  ["true", true],
  ["false", false],
  ["null", null],
] as const;
