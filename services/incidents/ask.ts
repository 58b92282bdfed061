import type { FastifyReply, FastifyRequest } from "fastify";
import type { Json } from "../../incidents/canonical.js";
import { conforms, type Shape } from "../../incidents/shape.js";
import { commandId as commandIdShape, eventIdShape } from "../../incidents/vocabulary.js";
import { readBody } from "../body.js";
import { callerOf } from "../identity/caller.js";
import { mintId } from "../ids.js";
import type { Ports } from "../ports.js";
import { ApiProblem, PROBLEM_TYPE } from "../problems.js";
import { type Names, namesIn } from "./names.js";
import type { Answer } from "./result.js";
import { type Prepared, submit } from "./submit.js";

/** One thing that a person may ask: the closed shape of its body, and the command that it becomes. */
export interface AskKind<T> {
  readonly name: string;
  readonly shape: Shape<T>;
  readonly opens?: true;
  readonly prepare: (asked: Asked<T>) => Promise<Prepared> | Prepared;
}

export interface Asked<T> {
  readonly ports: Ports;
  readonly org: string;
  readonly inc: string;
  /** The acting person's id. */
  readonly person: string;
  readonly body: T;
  readonly params: { readonly [name: string]: string };
}

/** Keeps the body's type through a table of kinds. */
export const ask = <T>(kind: AskKind<T>): AskKind<T> => kind;

/** Reads, checks and submits a person's command, and sets the reply's status. */
export async function handle<T>(
  ports: Ports,
  kind: AskKind<T>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { org, inc, ...params } = request.params as {
    readonly org: string;
    readonly inc?: string;
    readonly eid?: string;
  };
  if (params.eid !== undefined && !conforms(eventIdShape, params.eid))
    throw new ApiProblem("URL_INVALID", "Expected an event id of 32 hex digits.");
  const by = callerOf(request);
  const commandId = commandIdOf(request);
  const body = readBody(request, kind.shape);
  const target = kind.opens ? mintId("inc_") : inc!;
  const answer = await submit(ports, {
    org,
    inc: target,
    commandId,
    by,
    address: request.ip,
    opens: kind.opens === true,
    request: { ask: kind.name, params: params as { readonly [name: string]: string }, body: body as Json },
    prepare: async (of) =>
      kind.prepare({ ports, org, inc: of, person: by.id, body, params: params as { readonly [name: string]: string } }),
  });
  return sendAnswer(ports, org, answer, reply);
}

export async function sendAnswer(
  { catalogue }: Ports,
  org: string,
  answer: Answer,
  reply: FastifyReply,
): Promise<unknown> {
  reply.status(answer.status);
  if (answer.status === 202) reply.header("location", answer.body.status);
  if (answer.status === 409) reply.header("content-type", PROBLEM_TYPE);
  if (answer.status === 200) return { ...answer.body, ...(await namesFor(catalogue, org, answer.body)) };
  return answer.status === 409 ? JSON.stringify(answer.body) : answer.body;
}

/** What is on the record is answered as recorded, whether or not the directory can be read: a failure here would be taken for one of the command. */
const namesFor = (catalogue: Ports["catalogue"], org: string, body: unknown): Promise<Partial<Names>> =>
  namesIn(catalogue, org, body).catch(() => ({}));

/** @throws {ApiProblem} IDEMPOTENCY_KEY_INVALID */
function commandIdOf({ headers }: FastifyRequest): string {
  const given = headers["idempotency-key"];
  if (given === undefined) return mintId("cmd_");
  if (!conforms(commandIdShape, given))
    throw new ApiProblem("IDEMPOTENCY_KEY_INVALID", "8 to 80 of A-Z a-z 0-9 _ . : -, the first a letter or digit.");
  return given;
}
