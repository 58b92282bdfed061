export { ConfigError } from "../config-error.js";

/** A part was found and started but didn't become healthy. The message carries the end of its log. */
export class PartFailed extends Error {
  override readonly name = "PartFailed";
  readonly code = "PART_FAILED";
}

/** What a person reads of any thrown value: connection errors often carry their text in `code` or in nested errors only. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.cause instanceof Error || error.cause instanceof AggregateError ? `: ${reasonOf(error.cause)}` : "";
  return `${error.message || String((error as NodeJS.ErrnoException).code ?? error.name)}${cause}`;
}
