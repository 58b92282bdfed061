import type { JsonObject } from "../../../incidents/canonical.js";
import { CliProblem } from "../problem.js";
import type { Connection } from "./connection.js";
import { type ApiRequest, type RawAnswer, send } from "./http.js";
import { oneLine } from "./text.js";

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/** The API of one organisation, as one person or machine. Paths are below /v1/orgs/{org}. */
export interface Api {
  readonly connection: Connection;
  /** @throws {CliProblem} */
  get(path: string, signal?: AbortSignal): Promise<JsonObject>;
  /** 200 or 202. @throws {CliProblem} */
  ask(request: Omit<ApiRequest, "path"> & { readonly path: string }): Promise<Answer>;
  /** The bytes as they came. @throws {CliProblem} */
  bytes(path: string): Promise<Uint8Array>;
}

export function openApi(connection: Connection): Api {
  const below = `/v1/orgs/${connection.org}`;
  const ask: Api["ask"] = async (request) =>
    answerOf(connection, accepted(connection, await send(connection, { ...request, path: below + request.path })));
  return {
    connection,
    ask,
    get: async (path, signal) => (await ask({ method: "GET", path, signal })).body,
    bytes: async (path) => accepted(connection, await send(connection, { method: "GET", path: below + path })).bytes,
  };
}

/** @throws {CliProblem} with the API's code where it said no: 3 where it couldn't answer, 1 where it refused. */
export function accepted(connection: Connection, answer: RawAnswer): RawAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const { body } = answerOf(connection, answer);
  if (typeof body.code !== "string") throw notTheApi(connection, answer);
  throw new CliProblem(body.code, detailOf(body), answer.status >= 500 ? 3 : 1, body);
}

function detailOf(body: JsonObject): string {
  const problems = (Array.isArray(body.problems) ? body.problems : []) as readonly { path: string; message: string }[];
  const more = problems.slice(0, 5).map(({ path, message }) => `\n  ${oneLine(path || "/")}: ${oneLine(message)}`);
  const down = Number(body.status) === 503 ? " `countersign health` says which part is down." : "";
  return `${oneLine(body.detail ?? body.title ?? "no reason was given")}${down}${more.join("")}`;
}

/** @throws {CliProblem} where the answer is no JSON object: something else listens there. */
export function answerOf(connection: Connection, answer: RawAnswer): Answer {
  try {
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer.bytes));
    if (typeof body === "object" && body !== null && !Array.isArray(body))
      return { status: answer.status, body: body as JsonObject };
  } catch {
    // What isn't JSON is told below, without quoting it.
  }
  throw notTheApi(connection, answer);
}

const notTheApi = ({ url }: Connection, { status, type }: RawAnswer): CliProblem =>
  new CliProblem(
    "NOT_THE_API",
    `What answers at ${url} isn't Countersign's API (${status} ${oneLine(type) || "no type"}): check --url or COUNTERSIGN_URL.`,
    3,
  );
