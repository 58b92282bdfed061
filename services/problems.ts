import { CanonicalError } from "../incidents/canonical.js";
import type { Problem as FieldProblem } from "../incidents/shape.js";
import { StoreUnavailable, WorkflowEnded, WorkflowsUnavailable } from "./ports.js";
import { REFUSALS } from "./refusals.js";

/** Every code that the API itself answers with; a recorded refusal carries the decider's own. One table for answers and OpenAPI. */
export const PROBLEMS = {
  BODY_NOT_JSON: [400, "The body isn't JSON."],
  BODY_INVALID: [400, "The body isn't of the expected shape."],
  PLAN_WITHOUT_ROLLBACK: [400, "Each step needs a rollback, or the reason why there is none."],
  PERSON_UNKNOWN: [400, "Nobody of that name is known."],
  QUERY_INVALID: [400, "A query parameter isn't one of its values."],
  IDEMPOTENCY_KEY_INVALID: [400, "The Idempotency-Key isn't a command id."],
  URL_INVALID: [400, "The URL can't be read."],
  NO_TOKEN: [401, "A bearer token is required."],
  BAD_TOKEN: [401, "The bearer token isn't valid."],
  WRONG_ORG: [403, "The token is of another organisation."],
  ROLE_MISSING: [403, "The token has none of the roles that this needs."],
  ROUTE_UNKNOWN: [404, "There is no such route."],
  INCIDENT_UNKNOWN: [404, "There is no such incident."],
  COMMAND_UNKNOWN: [404, "No command has that id."],
  RECEIPT_NOT_READY: [404, "The builder hasn't folded this incident yet."],
  COMMAND_REFUSED: [409, "The command was refused."],
  COMMAND_ID_REUSED: [409, "The id belongs to another command."],
  INCIDENT_CLOSED: [409, "The incident has ended."],
  BODY_TOO_LARGE: [413, "The body is over its limit."],
  TOO_MANY_REFUSALS: [
    429,
    "Too many of your commands on this incident were refused; this one was not carried out within 3 s, and a further refusal isn't recorded.",
  ],
  INTERNAL: [500, "Something went wrong on our side."],
  STORE_UNAVAILABLE: [503, "The store is down; nothing was taken."],
  WORKFLOWS_UNAVAILABLE: [503, "The workflow service is down; the command isn't taken."],
  OVERLOADED: [503, "Too much arrives at once; send it again."],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_TYPE = "application/problem+json";

/** RFC 9457. `code` is stable; `detail` is for people. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly problems?: readonly FieldProblem[];
  readonly command?: string;
}

/** A denial with its answer. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** Fastify's hooks read it. */
  readonly statusCode: number;

  constructor(
    readonly code: ProblemCode,
    detail?: string,
    readonly problems?: readonly FieldProblem[],
  ) {
    super(detail ?? PROBLEMS[code][1]);
    this.statusCode = PROBLEMS[code][0];
  }

  details(): ProblemDetails {
    const { code, message, problems } = this;
    return { ...frame(code, code, message), ...(problems ? { problems: problems.slice(0, 20) } : {}) };
  }
}

const frame = (code: ProblemCode, shown: string, detail: string): ProblemDetails => ({
  type: `urn:countersign:problem:${shown.toLowerCase().replaceAll("_", "-")}`,
  title: PROBLEMS[code][1],
  status: PROBLEMS[code][0],
  code: shown,
  detail,
});

/** A refusal that stands on the incident's record, under the code that is recorded there. */
export const refusalDetails = (code: string, command: string, detail?: string): ProblemDetails => ({
  ...frame(code in PROBLEMS ? (code as ProblemCode) : "COMMAND_REFUSED", code, detail ?? sentenceOf(code)),
  status: 409,
  command,
});

const sentenceOf = (code: string): string =>
  REFUSALS[code] ?? `Refused on the record: ${code.toLowerCase().replaceAll("_", " ")}.`;

/** The problem that any error is answered with. What isn't ours becomes INTERNAL and says nothing of itself. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof CanonicalError) return ofCanonical(error);
  if (error instanceof WorkflowEnded) return new ApiProblem("INCIDENT_CLOSED");
  if (error instanceof WorkflowsUnavailable) return new ApiProblem("WORKFLOWS_UNAVAILABLE");
  if (error instanceof StoreUnavailable) return new ApiProblem("STORE_UNAVAILABLE");
  return ofFramework(error);
}

const ofCanonical = ({ code, message }: CanonicalError): ApiProblem =>
  new ApiProblem(code === "BAD_JSON" || code === "BAD_UTF8" ? "BODY_NOT_JSON" : "BODY_INVALID", message);

function ofFramework(error: unknown): ApiProblem {
  const { status, statusCode, code } = error as { status?: unknown; statusCode?: unknown; code?: unknown };
  if (code === "FST_ERR_BAD_URL") return new ApiProblem("URL_INVALID");
  const by = status ?? statusCode;
  if (by === 413) return new ApiProblem("BODY_TOO_LARGE");
  if (by === 404) return new ApiProblem("ROUTE_UNKNOWN");
  if (by === 400) return new ApiProblem("BODY_INVALID");
  return new ApiProblem("INTERNAL");
}
