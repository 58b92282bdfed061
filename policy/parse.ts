import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from "yaml";
import { type Json, MAX_DEPTH } from "../incidents/canonical.js";
import type { Policy } from "./document.js";
import { PolicyError, type PolicyProblem, type PolicyProblemCode } from "./errors.js";
import { pointerOf, readPolicy } from "./policy-json.js";
import type { Finding, Path } from "./reader.js";

/** UTF-16 units. A real policy has a few thousand. */
const MAX_TEXT = 131_072;

/**
 * Reads a policy from strict YAML 1.2: one document, no anchors, aliases, tags or merge keys. This is the only file that knows YAML.
 * @throws {PolicyError} with every problem of the text, each with line and column.
 */
export function parsePolicy(text: string): Policy {
  if (text.length > MAX_TEXT)
    throw new PolicyError([problemAt(1, 1, "", "TOO_LARGE", `more than ${MAX_TEXT} characters`)]);
  const source = new Source(text);
  const json = source.json();
  const { policy, findings } = readPolicy(json);
  const problems = [...source.problems, ...findings.map((finding) => source.locate(finding))];
  if (policy && problems.length === 0) return policy;
  throw new PolicyError(problems.sort((a, b) => a.line - b.line || a.column - b.column));
}

const problemAt = (
  line: number,
  column: number,
  path: string,
  code: PolicyProblemCode,
  message: string,
): PolicyProblem => ({ line, column, path, code, message });

const placeOf = (on: "key" | "value", path: Path): string => `${on} ${JSON.stringify(path)}`;

/** A YAML text as JSON, with the offset of every key and value. */
class Source {
  readonly problems: PolicyProblem[] = [];
  readonly #lines = new LineCounter();
  readonly #offsets = new Map<string, number>();

  constructor(readonly text: string) {}

  json(): Json {
    const options = { lineCounter: this.#lines, prettyErrors: false, version: "1.2", schema: "core" } as const;
    const doc = parseDocument(this.text, options);
    if (doc.directives?.yaml.explicit) this.#problem(0, [], "YAML_FEATURE", "leave out the %YAML directive");
    for (const error of [...doc.errors, ...doc.warnings]) this.#syntax(error);
    return this.#value(doc.contents, []);
  }

  /** Where a finding stands: at its member, else at the innermost map or list around it that the text has. */
  locate({ path, on, code, message }: Finding): PolicyProblem {
    for (let length = path.length; length >= 0; length--) {
      const around = path.slice(0, length);
      const exact = length === path.length && on === "key" ? this.#offsets.get(placeOf("key", around)) : undefined;
      const offset = exact ?? this.#offsets.get(placeOf("value", around));
      if (offset !== undefined) return this.#at(offset, path, code, message);
    }
    return this.#at(0, path, code, message);
  }

  #value(node: Node | ParsedNode | null | undefined, path: Path): Json {
    const offset = node?.range?.[0];
    if (offset !== undefined) this.#offsets.set(placeOf("value", path), offset);
    if (!node) return null;
    if (path.length >= MAX_DEPTH) return this.#refuse(node, path, "TOO_DEEP", `nesting is deeper than ${MAX_DEPTH}`);
    if (isAlias(node)) return this.#refuse(node, path, "YAML_FEATURE", "aliases are not allowed");
    if (node.tag !== undefined) this.#refuse(node, path, "YAML_FEATURE", "tags are not allowed");
    if ((isScalar(node) || isCollection(node)) && node.anchor)
      this.#refuse(node, path, "YAML_FEATURE", "anchors are not allowed");
    if (isSeq(node)) return node.items.map((item, i) => this.#value(item as Node, [...path, i]));
    if (isMap(node)) return this.#map(node.items as Pair[], path);
    return isScalar(node) ? this.#scalar(node.value) : null;
  }

  #map(pairs: readonly Pair[], path: Path): Json {
    const entries: [string, Json][] = [];
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== "string") this.#refuse(key as Node | null, path, "WRONG_TYPE", "a key must be a word");
      else {
        this.#offsets.set(placeOf("key", [...path, name]), (key as Node).range?.[0] ?? 0);
        entries.push([name, this.#value(value as Node | null, [...path, name])]);
      }
    }
    return Object.fromEntries(entries);
  }

  /** What YAML has and JSON hasn't (a NaN, a bigint) becomes a text that no member takes. */
  #scalar(value: unknown): Json {
    if (value === null || typeof value === "boolean" || typeof value === "string") return value;
    return typeof value === "number" && Number.isFinite(value) ? value : String(value);
  }

  #syntax(error: Pick<YAMLError, "code" | "message" | "pos">): void {
    const code =
      error.code === "DUPLICATE_KEY" ? "DUPLICATE_KEY" : error.code === "RESOURCE_EXHAUSTION" ? "TOO_DEEP" : "BAD_YAML";
    this.#problem(error.pos[0], [], code, error.message.split("\n")[0]!);
  }

  #refuse(node: Node | null, path: Path, code: PolicyProblemCode, message: string): null {
    this.#problem(node?.range?.[0] ?? this.#offsets.get(placeOf("value", path)) ?? 0, path, code, message);
    return null;
  }

  #problem(offset: number, path: Path, code: PolicyProblemCode, message: string): void {
    this.problems.push(this.#at(offset, path, code, message));
  }

  #at(offset: number, path: Path, code: PolicyProblemCode, message: string): PolicyProblem {
    const { line, col } = this.#lines.linePos(offset);
    return problemAt(Math.max(line, 1), Math.max(col, 1), pointerOf(path), code, message);
  }
}
