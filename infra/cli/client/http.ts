import { setTimeout as sleep } from "node:timers/promises";
import { CliProblem } from "../problem.js";
import type { Connection } from "./connection.js";

export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** From the root, such as /v1/orgs/acme/incidents. */
  readonly path: string;
  readonly body?: unknown;
  /** The command's id; a repeat with the same id and body is harmless. */
  readonly key?: string;
  /** Set by `watch`, so that Ctrl-C ends a request too. */
  readonly signal?: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  /** Media type without parameters. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The API waits 3 s for a command's result. */
const TIMEOUT_MS = 20_000;
const RETRIES_MS = [300, 1_000];

/**
 * Sends one request. An answer that was lost on the way is asked for again, a command under the same id; a refused connection isn't,
 * since nothing listens there.
 *
 * @throws {CliProblem} API_UNREACHABLE
 */
export async function send(connection: Connection, request: ApiRequest): Promise<RawAnswer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(connection, request);
    } catch (error) {
      const pause = RETRIES_MS[attempt];
      if (request.signal?.aborted) throw error;
      if (pause === undefined || nothingListens(error)) throw unreachable(connection, request, error);
      await sleep(pause, undefined, { signal: request.signal });
    }
  }
}

async function once({ url, token }: Connection, { method, path, body, key, signal }: ApiRequest): Promise<RawAnswer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      accept: "application/json, application/problem+json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    // A token goes to the address that was given, and to no other that this one names.
    redirect: "manual",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const type = (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  return { status: response.status, type, bytes: new Uint8Array(await response.arrayBuffer()) };
}

const NO_LISTENER = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"];
const nothingListens = (error: unknown): boolean => NO_LISTENER.includes(reasonOf(error));

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name ?? "unknown";
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  TimeoutError: `no answer within ${TIMEOUT_MS / 1_000} s`,
};

function unreachable({ url }: Connection, { key }: ApiRequest, error: unknown): CliProblem {
  const why = REASONS[reasonOf(error)] ?? `connection lost: ${reasonOf(error)}`;
  const repeat =
    key === undefined || nothingListens(error)
      ? ""
      : ` Whether it was recorded isn't known: repeat it with --command-id ${key}.`;
  return new CliProblem(
    "API_UNREACHABLE",
    `The API at ${url} doesn't answer (${why}): start it with \`countersign up\`, or say where it is with --url or COUNTERSIGN_URL.${repeat}`,
    3,
  );
}
