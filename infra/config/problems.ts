import { ConfigError } from "../config-error.js";

/** One place of the file that isn't as expected. Line and column count from 1; both are 0 where there is no place. */
export interface ConfigProblem {
  readonly code: string;
  readonly line: number;
  readonly column: number;
  /** JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly message: string;
}

/** Every problem of the file, in the order of its lines; `code` is that of the first. */
export class ConfigFileError extends ConfigError {
  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(problems[0]?.code ?? "BAD_CONFIG", problems.map((problem) => lineOf(file, problem)).join("\n"));
  }
}

const lineOf = (file: string, { line, column, code, path, message }: ConfigProblem): string =>
  `${file}:${line}:${column} ${code} ${path === "" ? "" : `${path}: `}${message}`;
