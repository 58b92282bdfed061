import { ApiProblem } from "./problems.js";

interface Range {
  readonly min: number;
  readonly max: number;
  /** Where the parameter isn't given. */
  readonly otherwise: number;
}

/** A query parameter that is a whole number. @throws {ApiProblem} QUERY_INVALID */
export function wholeNumberOf(name: string, given: string | undefined, { min, max, otherwise }: Range): number {
  if (given === undefined) return otherwise;
  const n = /^(0|[1-9][0-9]{0,8})$/.test(given) ? Number(given) : Number.NaN;
  if (n >= min && n <= max) return n;
  throw new ApiProblem("QUERY_INVALID", `${name} is a whole number from ${min} to ${max}.`);
}
