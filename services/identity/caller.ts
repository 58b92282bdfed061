import type { FastifyRequest } from "fastify";
import type { Identity, Principal } from "../ports.js";
import { ApiProblem } from "../problems.js";

const callers = new WeakMap<FastifyRequest["raw"], Principal>();

/**
 * Who calls. Runs before the body is read, so that a stranger's megabytes cost nothing.
 * @throws {ApiProblem} NO_TOKEN, BAD_TOKEN, WRONG_ORG
 */
export async function authenticate(identity: Identity, request: FastifyRequest): Promise<Principal> {
  const principal = await identity.authenticate(bearerOf(request));
  if (principal === null) throw new ApiProblem("BAD_TOKEN");
  if (principal === "WRONG_ORG") throw new ApiProblem("WRONG_ORG");
  callers.set(request.raw, principal);
  return principal;
}

function bearerOf({ headers }: FastifyRequest): string {
  const header = headers.authorization;
  if (!header) throw new ApiProblem("NO_TOKEN");
  const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(header)?.[1];
  if (token === undefined) throw new ApiProblem("BAD_TOKEN", "Expected `Authorization: Bearer <token>`.");
  return token;
}

export const knownCaller = (request: FastifyRequest): Principal | null => callers.get(request.raw) ?? null;

/** @throws {ApiProblem} NO_TOKEN where nobody was authenticated. */
export function callerOf(request: FastifyRequest): Principal {
  const principal = knownCaller(request);
  if (principal === null) throw new ApiProblem("NO_TOKEN");
  return principal;
}
