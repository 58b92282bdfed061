export type PolicyProblemCode =
  | "BAD_YAML"
  | "DUPLICATE_KEY"
  | "YAML_FEATURE"
  | "TOO_LARGE"
  | "TOO_DEEP"
  | "UNKNOWN_KEY"
  | "UNDECLARED_FACT"
  | "MISSING_KEY"
  | "WRONG_TYPE"
  | "WRONG_VALUE"
  | "DUPLICATE_VALUE"
  | "DUPLICATE_ID"
  | "BAD_DURATION"
  | "COUNT_TOO_LARGE"
  | "KIND_NOT_BUILT"
  | "NOT_CANONICAL";

/** Line and column count from 1; both are 0 where the document came as JSON, and `path` alone says where. */
export interface PolicyProblem {
  readonly line: number;
  readonly column: number;
  /** JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly code: PolicyProblemCode;
  readonly message: string;
}

/** The document is bad. Holds every problem found, in the order of the text. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  constructor(readonly problems: readonly PolicyProblem[]) {
    super(problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`).join("\n"));
  }
}

export type PolicyInputCode = "BAD_INPUTS" | "BAD_TIME" | "UNKNOWN_REQUIREMENT";

/** The facts given to the evaluator aren't of their shape. */
export class PolicyInputError extends Error {
  override readonly name = "PolicyInputError";
  constructor(
    readonly code: PolicyInputCode,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}
