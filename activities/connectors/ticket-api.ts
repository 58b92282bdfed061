import { ConnectorError } from "./errors.js";
import { excerpt } from "./excerpt.js";
import type { HttpAnswer, HttpCall, HttpRequest } from "./http-call.js";
import type { TicketChange } from "./ticket-change.js";
import { fields, list, malformed, parseTicket, type Ticket } from "./ticket-shape.js";

export interface TicketSystem {
  /** All tickets on which something bears the marker. The search is consistent with every answered change. */
  find(marker: string): Promise<{ readonly sandbox: boolean; readonly tickets: readonly Ticket[] }>;
  /** Null where there is none of that id. */
  read(id: string): Promise<Ticket | null>;
  /** One request. */
  change(change: TicketChange, marker: string, version: number): Promise<HttpAnswer>;
}

const MAX_BYTES = 4 * 1024 * 1024;

export function ticketSystem(call: HttpCall, url: string, token: string, timeoutMs: number): TicketSystem {
  const ask = (method: HttpRequest["method"], path: string, body?: unknown) => {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    return call({
      method,
      url: `${url}${path}`,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs,
      maxBytes: MAX_BYTES,
    });
  };
  return {
    async find(marker) {
      const answer = parseAnswer(good(await ask("GET", `/tickets?marker=${encodeURIComponent(marker)}`)));
      return { sandbox: answer.sandbox === true, tickets: list(answer.tickets).map(parseTicket) };
    },
    async read(id) {
      const answer = await ask("GET", `/tickets/${encodeURIComponent(id)}`);
      return answer.status === 404 ? null : parseTicket(parseAnswer(good(answer)));
    },
    change: (change, marker, version) => ask(...requestOf(change, marker, version)),
  };
}

function requestOf(change: TicketChange, marker: string, version: number): [HttpRequest["method"], string, unknown] {
  switch (change.kind) {
    case "open":
      return ["POST", "/tickets", { key: marker, title: change.title, body: change.body }];
    case "comment":
      return ["POST", `/tickets/${encodeURIComponent(change.ticket)}/comments`, { marker, text: change.text }];
    case "set-status":
      return ["PATCH", `/tickets/${encodeURIComponent(change.ticket)}`, { marker, status: change.status, version }];
  }
}

function good(answer: HttpAnswer): HttpAnswer {
  if (answer.status === 200) return answer;
  throw new ConnectorError("UNREACHABLE", `the ticket system can't be read: ${wordsOf(answer)}`);
}

export function wordsOf({ status, body }: HttpAnswer): string {
  return `status ${status}: ${excerpt(body.toString("utf8"), 300)}`;
}

function parseAnswer({ body }: HttpAnswer): Record<string, unknown> {
  try {
    return fields(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
  } catch (error) {
    throw error instanceof ConnectorError ? error : malformed("a body that isn't JSON");
  }
}
