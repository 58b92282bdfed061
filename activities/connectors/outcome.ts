import type { StepOutcome } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { excerpt } from "./excerpt.js";

export type Failed = Extract<StepOutcome, { kind: "failed" }>;
export type Unknown = Extract<StepOutcome, { kind: "unknown" }>;

const MAX_RESULT = 1_000;

export const failed = (code: string, result: string, voidsApprovals = false): Failed => ({
  kind: "failed",
  code,
  result: excerpt(result, MAX_RESULT),
  voidsApprovals,
});

export const unknown = (code: string, result: string): Unknown => ({
  kind: "unknown",
  code,
  result: excerpt(result, MAX_RESULT),
});

/** A refusal before anything was called is a failure that took no effect. What isn't a refusal goes on as it is. */
export function failureOf(error: unknown): Failed {
  if (!(error instanceof ConnectorError)) throw error;
  return failed(error.code, error.message, error.voidsApprovals);
}

/** A refusal while reading back says nothing about the effect. */
export function unknownOf(error: unknown): Unknown {
  if (!(error instanceof ConnectorError)) throw error;
  return unknown(error.code, error.message);
}

/** A refusal as `precheck` says it. */
export function refusalOf(error: unknown): { readonly refused: string; readonly message: string } {
  if (!(error instanceof ConnectorError)) throw error;
  return { refused: error.code, message: error.message };
}

/** `work`, with a failure turned into a value or thrown on by `otherwise`: one of the three above, mostly. */
export async function attempt<T, R>(work: () => T | Promise<T>, otherwise: (error: unknown) => R): Promise<T | R> {
  try {
    return await work();
  } catch (error) {
    return otherwise(error);
  }
}
