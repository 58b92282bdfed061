import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A refusal with its HTTP status and a stable code. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export const BODY_LIMIT_BYTES = 64 * 1024;

/** Every answer says that it comes from a sandbox, in a header and in its body. */
export function send(response: ServerResponse, { status, body }: Answer): void {
  const bytes = Buffer.from(JSON.stringify({ sandbox: true, ...body }));
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
    "x-sandbox": "true",
    // The rest of a body that was too long is never read, so the connection can't be used again.
    ...(status === 413 ? { connection: "close" } : {}),
  });
  response.end(bytes);
}

export function requireBearer(request: IncomingMessage, token: string | undefined): void {
  if (token === undefined) return;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${token}`))) return;
  throw new Refusal(401, "UNAUTHENTICATED", "expected `authorization: Bearer <token>` with the sandbox's token");
}

/** The body as an object of strings and numbers with no fields but `fields`. */
export async function readFields(
  request: IncomingMessage,
  fields: readonly string[],
): Promise<Record<string, unknown>> {
  if (!/^application\/json\s*(;|$)/.test(request.headers["content-type"] ?? "")) {
    throw new Refusal(415, "NOT_JSON", "expected content-type application/json");
  }
  const value = parse(await readBytes(request));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("expected a JSON object");
  const unknown = Object.keys(value).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw bad(`unknown field "${unknown}"; expected ${fields.join(", ")}`);
  return value as Record<string, unknown>;
}

export function text(fields: Record<string, unknown>, name: string, maxLength: number): string {
  const value = fields[name];
  if (typeof value === "string" && value.length > 0 && value.length <= maxLength) return value;
  throw bad(`expected "${name}" to be a string of 1 to ${maxLength} characters`);
}

export function bad(message: string): Refusal {
  return new Refusal(400, "BAD_REQUEST", message);
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES)
      throw new Refusal(413, "TOO_LARGE", `a body holds at most ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw bad("the body isn't JSON in UTF-8");
  }
}
