import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { conforms } from "../incidents/shape.js";
import { incidentId } from "../incidents/vocabulary.js";
import { knownCaller } from "./identity/caller.js";
import { LOG, type Log } from "./log.js";
import { type Audit, PORTS, type Ports } from "./ports.js";
import { type ApiProblem, PROBLEM_TYPE, problemOf } from "./problems.js";

/** Every error leaves as a problem with a code: never a stack, never what a store or a library said. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.code === "INTERNAL")
      this.log({ event: "internal-error", route: routeOf(request), error: nameOf(error) });
    await this.#record(request, problem);
    sendProblem(reply, problem);
  }

  async #record(request: FastifyRequest, problem: ApiProblem): Promise<void> {
    if (!isDenial(request, problem)) return;
    try {
      await recordDenial(this.ports.audit, this.ports.clock.now(), request, problem.code);
    } catch (error) {
      // The denial stands; that it couldn't be written down is said where an operator looks.
      this.log({ event: "audit-failed", code: problem.code, error: nameOf(error) });
    }
  }
}

export function sendProblem(reply: FastifyReply, problem: ApiProblem): void {
  if (problem.statusCode === 401) reply.header("www-authenticate", "Bearer");
  if (problem.statusCode === 503) reply.header("retry-after", "5");
  reply.status(problem.statusCode).header("content-type", PROBLEM_TYPE).send(JSON.stringify(problem.details()));
}

/** The name and code of an error, never its message: that may hold what a caller sent. */
const nameOf = (error: unknown): string => {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return [name, code].filter((part) => typeof part === "string").join(" ") || typeof error;
};

const DENIALS: readonly number[] = [400, 401, 403, 409, 413, 429];
const isDenial = ({ method, url }: FastifyRequest, { statusCode }: ApiProblem): boolean =>
  DENIALS.includes(statusCode) &&
  url.startsWith("/v1/") &&
  (method !== "GET" || statusCode === 401 || statusCode === 403);

const routeOf = (request: FastifyRequest): string => request.routeOptions?.url ?? "unknown";

export async function recordDenial(audit: Audit, now: number, request: FastifyRequest, code: string): Promise<void> {
  const caller = knownCaller(request);
  const inc = (request.params as { inc?: string } | undefined)?.inc;
  await audit.append({
    at: new Date(now).toISOString(),
    org: caller?.org ?? null,
    actor: caller?.id ?? null,
    code,
    method: request.method,
    route: routeOf(request),
    inc: conforms(incidentId, inc) ? inc : null,
    address: request.ip,
  });
}
