import { applyDecorators, HttpCode, Post } from "@nestjs/common";
import { ApiBody, ApiHeader, ApiOperation, ApiResponse } from "@nestjs/swagger";
import type { Shape } from "../incidents/shape.js";
import { Actors } from "./identity/access.js";
import type { AskKind } from "./incidents/ask.js";
import type { Role } from "./ports.js";
import { PROBLEM_TYPE, PROBLEMS } from "./problems.js";

type SchemaObject = Exclude<Parameters<typeof ApiBody>[0] extends { schema: infer S } ? S : never, undefined>;

/** The published JSON Schema of a shape: the very one that bodies are checked against. */
export const schemaOf = (shape: Shape<unknown>): SchemaObject => shape.schema as unknown as SchemaObject;

/** A route by which a person acts: who may, what body it takes, and every way that it can answer. */
export const Acts = <T>(path: string, kind: AskKind<T>, summary: string, ...roles: readonly Role[]) =>
  applyDecorators(
    Post(path),
    HttpCode(200),
    Actors(...roles),
    ApiOperation({ summary, operationId: kind.name }),
    ApiHeader({
      name: "Idempotency-Key",
      required: false,
      description: "The command's id. The same id with the same bytes gives the first result.",
    }),
    ApiBody({ schema: schemaOf(kind.shape) }),
    ApiResponse({ status: 200, description: "Recorded: the events that it made." }),
    ApiResponse({ status: 202, description: "Taken; ask for its result at `status`." }),
    ...problemsOf(400, 401, 403, 404, 409, 413, 429, 503),
  );

/** One response for each status, listing its codes. */
export const problemsOf = (...statuses: readonly number[]) =>
  statuses.map((status) => ApiResponse(problemResponse(status)));

export const Problems = (...statuses: readonly number[]) => applyDecorators(...problemsOf(...statuses));

const problemResponse = (status: number) => ({
  status,
  description: codesOf(status).join(", "),
  content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
});

const codesOf = (status: number): readonly string[] =>
  Object.entries(PROBLEMS)
    .filter(([, [of]]) => of === status)
    .map(([code]) => code);
