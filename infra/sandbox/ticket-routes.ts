import type { IncomingMessage } from "node:http";
import { type Answer, bad, Refusal, readFields, text } from "./http.js";
import { bearsMarker, type Ticket } from "./ticket.js";
import type { TicketStore } from "./ticket-store.js";

export interface TicketDesk {
  readonly store: TicketStore;
  /** Whom a ticket's `createdBy` names: the account of the token. */
  readonly account: string;
  /** Of this server, for the `url` of a ticket. */
  readonly baseUrl: () => string;
}

/**
 * `POST /tickets {key?, title, body}`: 201 with a new ticket; 200 with the old one when that key made the same before, 409
 * `MARKER_REUSED` when it made another.
 */
export async function createTicket(desk: TicketDesk, request: IncomingMessage): Promise<Answer> {
  const fields = await readFields(request, ["key", "title", "body"]);
  const marker = fields.key === undefined ? null : text(fields, "key", 200);
  const wanted = { marker, title: text(fields, "title", 300), body: text(fields, "body", 32_000) };
  const before = marker === null ? undefined : desk.store.all().find((ticket) => ticket.marker === marker);
  if (before !== undefined) return again(desk, before, before.title === wanted.title && before.body === wanted.body);
  const id = `SANDBOX-${desk.store.all().length + 1}`;
  return { status: 201, body: shown(desk, desk.store.record({ op: "created", ...signed(desk, id), ...wanted })) };
}

/** `GET /tickets?marker=…`: the tickets on which anything was done under that marker, consistent with every answered change. */
export function findTickets(desk: TicketDesk, query: URLSearchParams): Answer {
  const marker = query.get("marker");
  if (marker === null || marker === "") throw bad("expected ?marker=…");
  const tickets = desk.store.all().filter((ticket) => bearsMarker(ticket, marker));
  return { status: 200, body: { tickets: tickets.map((ticket) => shown(desk, ticket)) } };
}

export function showTicket(desk: TicketDesk, id: string): Answer {
  return { status: 200, body: shown(desk, existing(desk, id)) };
}

/** `POST /tickets/:id/comments {marker, text}`: 201; the same again 200; another text under that marker 409. */
export async function addComment(desk: TicketDesk, id: string, request: IncomingMessage): Promise<Answer> {
  const fields = await readFields(request, ["marker", "text"]);
  const wanted = { marker: text(fields, "marker", 200), text: text(fields, "text", 32_000) };
  const ticket = existing(desk, id);
  const before = ticket.comments.find((comment) => comment.marker === wanted.marker);
  if (before !== undefined) return again(desk, ticket, before.text === wanted.text);
  return { status: 201, body: shown(desk, desk.store.record({ op: "commented", ...signed(desk, id), ...wanted })) };
}

/** `PATCH /tickets/:id {status, marker, version}`: 409 `VERSION_CONFLICT` unless `version` is the ticket's; the same again 200. */
export async function changeStatus(desk: TicketDesk, id: string, request: IncomingMessage): Promise<Answer> {
  const fields = await readFields(request, ["status", "marker", "version"]);
  const wanted = { marker: text(fields, "marker", 200), status: text(fields, "status", 40) };
  if (!/^[a-z-]+$/.test(wanted.status)) throw bad('expected "status" to be of a-z and -');
  const ticket = existing(desk, id);
  const before = ticket.changes.find((change) => change.marker === wanted.marker);
  if (before !== undefined) return again(desk, ticket, before.status === wanted.status);
  requireVersion(ticket, fields.version);
  return { status: 200, body: shown(desk, desk.store.record({ op: "changed", ...signed(desk, id), ...wanted })) };
}

function requireVersion(ticket: Ticket, version: unknown): void {
  if (!Number.isSafeInteger(version)) throw bad('expected "version", the number that the ticket was last read with');
  if (version === ticket.version) return;
  throw new Refusal(409, "VERSION_CONFLICT", `${ticket.id} has version ${ticket.version}, not ${version}`, {
    version: ticket.version,
  });
}

function again(desk: TicketDesk, ticket: Ticket, same: boolean): Answer {
  if (same) return { status: 200, body: shown(desk, ticket) };
  throw new Refusal(409, "MARKER_REUSED", `that marker already stands for something else on ${ticket.id}`, {
    id: ticket.id,
  });
}

function existing(desk: TicketDesk, id: string): Ticket {
  const ticket = desk.store.find(id);
  if (ticket === null) throw new Refusal(404, "NO_SUCH_TICKET", `there is no ticket ${id}`);
  return ticket;
}

function signed(desk: TicketDesk, id: string): { id: string; by: string; at: string } {
  return { id, by: desk.account, at: new Date().toISOString() };
}

function shown(desk: TicketDesk, ticket: Ticket): Record<string, unknown> {
  return { ...ticket, url: `${desk.baseUrl()}/tickets/${ticket.id}` };
}
