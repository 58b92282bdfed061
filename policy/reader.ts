import type { Json, JsonObject } from "../incidents/canonical.js";
import type { PolicyProblemCode } from "./errors.js";
import { nearest } from "./nearest.js";

export type Path = readonly (string | number)[];

export interface Finding {
  readonly path: Path;
  /** Whether the member's key or its value is meant: only an edge with a text needs to know. */
  readonly on: "key" | "value";
  readonly code: PolicyProblemCode;
  readonly message: string;
}

export type Report = (finding: Finding) => void;

/** Reads a value into its canonical form, or reports why not and returns undefined. It goes on after a problem, to report all. */
export type Reader<T> = (value: Json, path: Path, report: Report) => T | undefined;

const found = (value: Json): string => {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : `${typeof value} ${JSON.stringify(value).slice(0, 60)}`;
};

const refuse = (report: Report, path: Path, code: PolicyProblemCode, message: string): undefined =>
  void report({ path, on: "value", code, message });

const expected = (what: string, value: Json, path: Path, report: Report): undefined =>
  refuse(report, path, "WRONG_TYPE", `expected ${what}, found ${found(value)}`);

/** A string that `accepts` (a whole-string pattern) takes. */
export const textLike =
  (accepts: RegExp, what: string): Reader<string> =>
  (value, path, report) => {
    if (typeof value !== "string") return expected(what, value, path, report);
    return accepts.test(value) ? value : refuse(report, path, "WRONG_VALUE", `expected ${what}, found ${found(value)}`);
  };

export const integer =
  (min: number, max: number): Reader<number> =>
  (value, path, report) => {
    const what = `a whole number from ${min} to ${max}`;
    if (!Number.isSafeInteger(value)) return expected(what, value, path, report);
    const n = (value as number) + 0; // −0 has no canonical form
    return n >= min && n <= max ? n : refuse(report, path, "WRONG_VALUE", `expected ${what}, found ${n}`);
  };

export const oneOf =
  <const T extends string | number | boolean>(...values: readonly T[]): Reader<T> =>
  (value, path, report) => {
    if (values.includes(value as T)) return value as T;
    const hint = typeof value === "string" ? suggestion(value, values.map(String)) : "";
    const message = `expected ${values.map(String).join(" or ")}, found ${found(value)}${hint}`;
    return refuse(report, path, typeof value === typeof values[0] ? "WRONG_VALUE" : "WRONG_TYPE", message);
  };

/** A list in which nothing stands twice. */
export const listOf =
  <T>(item: Reader<T>, { min = 1, max = 100, distinct = false } = {}): Reader<readonly T[]> =>
  (value, path, report) => {
    if (!Array.isArray(value)) return expected("a list", value, path, report);
    if (value.length < min || value.length > max)
      return refuse(report, path, "WRONG_VALUE", `expected ${min} to ${max} entries, found ${value.length}`);
    const entries = value.map((entry: Json, i) => item(entry, [...path, i], report));
    if (distinct) reportRepeats(value, path, report);
    return entries.every((entry) => entry !== undefined) ? (entries as T[]) : undefined;
  };

function reportRepeats(values: readonly Json[], path: Path, report: Report): void {
  values.forEach((value, i) => {
    if (values.indexOf(value) < i) refuse(report, [...path, i], "DUPLICATE_VALUE", `${found(value)} stands twice`);
  });
}

/** One value, or a list of them meaning any of: read as a list. */
export const anyOf = <T>(item: Reader<T>): Reader<readonly T[]> => {
  const many = listOf(item, { distinct: true });
  return (value, path, report) => {
    if (Array.isArray(value)) return many(value, path, report);
    const one = item(value, path, report);
    return one === undefined ? undefined : [one];
  };
};

/** Exactly these words in any order, read in the order given: a rule that semantics 1 fixes. */
export const allOf =
  <const T extends readonly string[]>(...words: T): Reader<T> =>
  (value, path, report) => {
    const same = Array.isArray(value) && value.length === words.length && words.every((word) => value.includes(word));
    return same ? words : refuse(report, path, "WRONG_VALUE", `semantics 1 has [${words.join(", ")}] here`);
  };

export interface Member<T> {
  readonly read: Reader<T>;
  readonly absent: "refused" | "left-out" | { readonly meaning: Json };
}

export const required = <T>(read: Reader<T>): Member<T> => ({ read, absent: "refused" });
export const optional = <T>(read: Reader<T>): Member<T | undefined> => ({ read, absent: "left-out" });
export const defaulting = <T>(read: Reader<T>, meaning: Json): Member<T> => ({ read, absent: { meaning } });

/** A word of the vocabulary that is refused for now, so that nobody relies on a control that isn't evaluated. */
export const notBuilt = (kind: string): Member<undefined> =>
  optional((_value, path, report) => {
    report({ path, on: "key", code: "KIND_NOT_BUILT", message: `${kind} is not built yet: leave it out` });
    return undefined;
  });

type Members = Readonly<Record<string, Member<unknown>>>;
type Mapped<M extends Members> = { readonly [K in keyof M]: M[K] extends Member<infer T> ? T : never };

/** A closed map. `unknown` is the code for a key that isn't in it. */
export const mapOf =
  <M extends Members>(members: M, unknown: PolicyProblemCode = "UNKNOWN_KEY"): Reader<Mapped<M>> =>
  (value, path, report) => {
    if (!isMap(value)) return expected("a map", value, path, report);
    let complete = true;
    const note: Report = (finding) => {
      complete = false;
      report(finding);
    };
    reportUnknownKeys(value, Object.keys(members), unknown, path, note);
    const entries = Object.entries(members).map(([key, member]) => [key, readMember(value, key, member, path, note)]);
    if (!complete) return undefined;
    return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined)) as Mapped<M>;
  };

export const isMap = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readMember(map: JsonObject, key: string, member: Member<unknown>, path: Path, report: Report): unknown {
  if (Object.hasOwn(map, key)) return member.read(map[key]!, [...path, key], report);
  if (typeof member.absent === "object") return member.read(member.absent.meaning, [...path, key], report);
  if (member.absent === "refused") refuse(report, path, "MISSING_KEY", `the key ${key} is missing`);
  return undefined;
}

function reportUnknownKeys(
  map: JsonObject,
  known: readonly string[],
  code: PolicyProblemCode,
  path: Path,
  report: Report,
): void {
  for (const key of Object.keys(map).filter((key) => !known.includes(key))) {
    const message = `unknown key ${JSON.stringify(key.slice(0, 60))}${suggestion(key, known)}`;
    report({ path: [...path, key], on: "key", code, message });
  }
}

const suggestion = (word: string, known: readonly string[]): string => {
  const close = nearest(word, known);
  return close === undefined ? `; known: ${known.join(", ")}` : `; did you mean ${close}?`;
};

/** Besides the reader, a check on the raw value, made even where the reader found problems. */
export const also =
  <T>(read: Reader<T>, check: (value: Json, path: Path, report: Report) => void): Reader<T> =>
  (value, path, report) => {
    let sound = true;
    check(value, path, (finding) => {
      sound = false;
      report(finding);
    });
    const result = read(value, path, report);
    return sound ? result : undefined;
  };
