import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, Refusal, requireBearer, send } from "./http.js";
import { serviceHealth } from "./service-health.js";
import { addComment, changeStatus, createTicket, findTickets, showTicket, type TicketDesk } from "./ticket-routes.js";
import { openTicketStore } from "./ticket-store.js";

export interface TicketServerOptions {
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** JSON lines, one change each; made where missing. */
  readonly file: string;
  /** Bearer token for `/tickets`; without one everybody may. */
  readonly token?: string;
  /** Name of the token's account, "countersign" unless told. */
  readonly account?: string;
  /** Bare repository of the sandbox services. */
  readonly repository?: string;
}

export interface TicketServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A small ticket system and a few services to look after, so that the whole chain can be run without a vendor's account. It is a
 * sandbox and says so in every answer (`x-sandbox: true`, `"sandbox": true`); what it stores it stores durably.
 */
export async function startTicketServer(options: TicketServerOptions): Promise<TicketServer> {
  const store = openTicketStore(options.file);
  const baseUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const desk: TicketDesk = { store, account: options.account ?? "countersign", baseUrl };
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(desk, options, request)
      .catch(toAnswer)
      .then((result) => send(response, result));
  });
  await listen(server, options.port);
  return { url: baseUrl(), close: () => close(server).finally(() => store.close()) };
}

async function answer(desk: TicketDesk, options: TicketServerOptions, request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://sandbox");
  const route = `${request.method} ${pathname}`;
  if (route === "GET /health") return { status: 200, body: { healthy: true } };
  const service = /^GET \/services\/([a-z0-9-]{1,60})\/health$/.exec(route)?.[1];
  if (service !== undefined) return serviceHealth(service, options.repository);
  requireBearer(request, options.token);
  if (route === "POST /tickets") return createTicket(desk, request);
  if (route === "GET /tickets") return findTickets(desk, searchParams);
  const [, method, id, comments] = /^(\w+) \/tickets\/([A-Za-z0-9-]{1,40})(\/comments)?$/.exec(route) ?? [];
  if (id !== undefined && method === "GET" && !comments) return showTicket(desk, id);
  if (id !== undefined && method === "PATCH" && !comments) return changeStatus(desk, id, request);
  if (id !== undefined && method === "POST" && comments) return addComment(desk, id, request);
  throw new Refusal(404, "NO_SUCH_ROUTE", `the sandbox has no ${route}`);
}

function toAnswer(error: unknown): Answer {
  if (!(error instanceof Refusal)) return { status: 500, body: { code: "INTERNAL", message: String(error) } };
  return { status: error.status, body: { code: error.code, message: error.message, ...error.detail } };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
}

function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}
