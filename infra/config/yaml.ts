import { isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { type Json, MAX_DEPTH } from "../../incidents/canonical.js";
import type { ConfigProblem } from "./problems.js";

export interface YamlText {
  readonly json: Json;
  readonly problems: readonly ConfigProblem[];
  /** A problem at the member that a JSON Pointer names, or at the innermost place around it that the text has. */
  problemAt(code: string, path: string, message: string): ConfigProblem;
}

/** Strict YAML 1.2, one document: no anchors, aliases, tags or duplicate keys, so that what a person reads is what is meant. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2", schema: "core" });
  const offsets = new Map<string, number>();
  const problems: ConfigProblem[] = [];
  const problem = (offset: number, code: string, path: string, message: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { code, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  };
  const refuse = (offset: number, code: string, path: string, message: string) =>
    void problems.push(problem(offset, code, path, message));
  for (const { code, pos, message } of [...doc.errors, ...doc.warnings])
    refuse(pos[0], code === "DUPLICATE_KEY" ? code : "BAD_YAML", "", message.split("\n")[0]!);
  const json = toJson({ offsets, refuse }, doc.contents, "", 0);
  return { json, problems, problemAt: (code, path, message) => problem(offsetOf(offsets, path), code, path, message) };
}

interface Reading {
  readonly offsets: Map<string, number>;
  readonly refuse: (offset: number, code: string, path: string, message: string) => void;
}

function toJson(reading: Reading, node: Node | null, path: string, depth: number): Json {
  const offset = node?.range?.[0] ?? 0;
  if (!reading.offsets.has(path)) reading.offsets.set(path, offset);
  if (node === null) return null;
  if (depth > MAX_DEPTH || isAlias(node)) {
    reading.refuse(
      offset,
      "YAML_FEATURE",
      path,
      depth > MAX_DEPTH ? `expected at most ${MAX_DEPTH} levels` : "aliases are not allowed",
    );
    return null;
  }
  if (node.tag !== undefined || ((isScalar(node) || isCollection(node)) && node.anchor))
    reading.refuse(offset, "YAML_FEATURE", path, "tags and anchors are not allowed");
  if (isSeq(node)) return node.items.map((item, i) => toJson(reading, item as Node, `${path}/${i}`, depth + 1));
  if (isMap(node)) return mapToJson(reading, node.items as Pair[], path, depth);
  return isScalar(node) ? scalarToJson(node.value) : null;
}

function mapToJson(reading: Reading, pairs: readonly Pair[], path: string, depth: number): Json {
  const entries = pairs.flatMap(({ key, value }): [string, Json][] => {
    const offset = (key as Node | null)?.range?.[0] ?? 0;
    const name =
      isScalar(key) && (typeof key.value === "string" || Number.isSafeInteger(key.value)) ? String(key.value) : null;
    if (name === null || name === "__proto__") {
      reading.refuse(offset, "BAD_YAML", path, "a key must be a word");
      return [];
    }
    const place = `${path}/${pointerPart(name)}`;
    reading.offsets.set(place, offset);
    return [[name, toJson(reading, value as Node | null, place, depth + 1)]];
  });
  return Object.fromEntries(entries);
}

/** What YAML has and JSON hasn't (a NaN, a bigint) becomes a text that no member takes. */
const scalarToJson = (value: unknown): Json =>
  value === null ||
  typeof value === "boolean" ||
  typeof value === "string" ||
  (typeof value === "number" && Number.isFinite(value))
    ? value
    : String(value);

/** As `record` of incidents/shape.ts names members, so that its problems find their line. */
const pointerPart = (key: string): string =>
  key.slice(0, 60).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1");

function offsetOf(offsets: ReadonlyMap<string, number>, path: string): number {
  for (let place = path; ; place = place.slice(0, place.lastIndexOf("/"))) {
    const offset = offsets.get(place);
    if (offset !== undefined || place === "") return offset ?? 0;
  }
}
