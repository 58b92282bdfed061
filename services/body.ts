import type { FastifyRequest } from "fastify";
import { type Json, parseStrict } from "../incidents/canonical.js";
import { type Problem, problemsOf, type Shape } from "../incidents/shape.js";
import { ApiProblem } from "./problems.js";

export const MAX_BODY_BYTES = 256 * 1024;
/** What a body brings is sealed, and a receipt's opening must have room for it within its own depth of 24. */
const MAX_BODY_DEPTH = 20;
export const MAX_ALERT_BODY_BYTES = 4 * 1024 * 1024;

/** The raw bytes; empty where there is no body. */
export function bytesOf({ body }: Pick<FastifyRequest, "body">): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array();
}

/**
 * A body of a closed shape: strict JSON (no duplicate keys, whole numbers only), and nothing in it that the shape doesn't name.
 * No body at all counts as `{}`.
 *
 * @throws {ApiProblem} BODY_TOO_LARGE, BODY_INVALID
 * @throws {CanonicalError} where it isn't strict JSON
 */
export function readBody<T>(request: Pick<FastifyRequest, "body">, shape: Shape<T>): T {
  const bytes = bytesOf(request);
  if (bytes.length > MAX_BODY_BYTES) throw new ApiProblem("BODY_TOO_LARGE", `At most ${MAX_BODY_BYTES} bytes.`);
  const value: Json = bytes.length === 0 ? {} : parseStrict(bytes, MAX_BODY_DEPTH);
  const problems = problemsOf(shape, value);
  if (problems.length > 0) throw refusedBody(problems, value);
  return value as T;
}

function refusedBody(problems: readonly Problem[], value: Json): ApiProblem {
  const missing = problems.filter(
    ({ path }) => /^\/steps\/[0-9]+\/rollback$/.test(path) && valueAt(value, path) === undefined,
  );
  if (missing.length > 0) return new ApiProblem("PLAN_WITHOUT_ROLLBACK", undefined, missing);
  const [first] = problems;
  return new ApiProblem("BODY_INVALID", `${first!.path || "/"}: ${first!.message}`, problems);
}

const valueAt = (value: Json, path: string): Json | undefined =>
  path
    .split("/")
    .slice(1)
    .reduce<Json | undefined>((at, key) => (at as { readonly [key: string]: Json } | undefined)?.[key], value);
