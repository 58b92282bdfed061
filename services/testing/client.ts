import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { createApi } from "../app.js";
import type { Log } from "../log.js";
import { type Fakes, fakes, ORG } from "./fakes.js";

export interface Reply {
  readonly status: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is its own claim.
  readonly body: any;
  readonly headers: Headers;
}

export interface Client extends Fakes {
  readonly url: string;
  readonly lines: readonly Parameters<Log>[0][];
  call(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
  /** A path under the organisation. */
  post(token: string | null, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  get(token: string | null, path: string): Promise<Reply>;
  close(): Promise<void>;
}

/** The API on a free port of the loopback interface, over ports in memory. */
export async function listening(): Promise<Client> {
  const world = fakes();
  const lines: Parameters<Log>[0][] = [];
  const app = await createApi(world.ports, { org: ORG, log: (line) => lines.push(line) });
  await app.listen(0, "127.0.0.1");
  const url = await app.getUrl();
  const call: Client["call"] = (token, method, path, body, headers) =>
    send(url + path, token, method, body, headers ?? {});
  return {
    ...world,
    url,
    lines,
    call,
    post: (token, path, body, headers) => call(token, "POST", `/v1/orgs/${ORG}${path}`, body, headers),
    get: (token, path) => call(token, "GET", `/v1/orgs/${ORG}${path}`),
    close: () => (app as NestFastifyApplication).close(),
  };
}

async function send(
  url: string,
  token: string | null,
  method: string,
  body: unknown,
  extra: Readonly<Record<string, string>>,
): Promise<Reply> {
  const raw = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(raw === undefined ? {} : { "content-type": "application/json" }),
    ...extra,
  };
  const response = await fetch(url, { method, headers, ...(raw === undefined ? {} : { body: raw }) });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    type,
    body: type.includes("json") ? JSON.parse(text) : text,
    headers: response.headers,
  };
}
