import { lookup as resolveName } from "node:dns";
import { type IncomingMessage, request as plain, type RequestOptions } from "node:http";
import { request as secure } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { ConnectorError } from "./errors.js";
import { isPublicAddress } from "./public-address.js";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange, name look-up and body included. */
  readonly timeoutMs: number;
  /** Of the answer's body. */
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * One request on its own connection: sent once, never again, and redirects are answers like any other.
 *
 * @throws {ConnectorError} `ADDRESS_REFUSED`, `URL_REFUSED` before anything was sent; `ANSWER_TOO_LARGE`, `NO_ANSWER` afterwards, when
 *   the server may have acted.
 */
export type HttpCall = (request: HttpRequest) => Promise<HttpAnswer>;

/** `allow` lists host:port pairs that may stand in a private network; every other name must resolve to public addresses only. */
export function createHttpCall(allow: readonly string[]): HttpCall {
  return async (request) => {
    const url = parseUrl(request.url);
    const listed = allow.includes(hostAndPort(url));
    if (!listed && isIP(bareHost(url)) !== 0) requirePublic(bareHost(url));
    const lookup: LookupFunction | undefined = listed ? undefined : lookupPublic;
    return exchange(url, request, lookup);
  };
}

/** @throws {ConnectorError} `URL_REFUSED` unless it is http(s) without user name and password. */
export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  throw new ConnectorError("URL_REFUSED", "expected an http or https URL without user name and password");
}

export const hostAndPort = (url: URL): string =>
  `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;

const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

function requirePublic(address: string): void {
  if (!isPublicAddress(address))
    throw new ConnectorError(
      "ADDRESS_REFUSED",
      `${address} isn't a public address, and isn't on the list of allowed ones`,
    );
}

/** At the moment of connecting, so that a name can't resolve to one address for the check and to another for the call. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "");
    try {
      for (const { address } of addresses) requirePublic(address);
    } catch (refused) {
      return callback(refused as Error, "");
    }
    return options.all ? callback(null, addresses) : callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

async function exchange(
  url: URL,
  { method, headers, body, timeoutMs, maxBytes }: HttpRequest,
  lookup?: LookupFunction,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const length = body === undefined ? {} : { "content-length": `${Buffer.byteLength(body)}` };
  const options = {
    method,
    headers: { accept: "*/*", "user-agent": "countersign", ...headers, ...length },
    agent: false,
    lookup,
    signal,
  } as const;
  try {
    const answer = await send(url, options, body);
    return { status: answer.statusCode ?? 0, body: await readBody(answer, maxBytes) };
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError(
      "NO_ANSWER",
      `no answer from ${url.host}: ${signal.aborted ? "its time was up" : reasonOf(error)}`,
    );
  }
}

function send(url: URL, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === "https:" ? secure : plain)(url, options, resolve);
    outgoing.on("error", reject).end(body);
  });
}

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Leaving the loop destroys the connection.
    if (length > maxBytes) throw new ConnectorError("ANSWER_TOO_LARGE", `the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A failed connection to several addresses has its words in `code` only. */
const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || "unknown fault";
};
