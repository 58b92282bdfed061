import type { Connector, StepOrder, StepOutcome } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { createHttpCall, type HttpAnswer, type HttpCall, hostAndPort, parseUrl } from "./http-call.js";
import { markerOf } from "./marker.js";
import { attempt, failed, failureOf, refusalOf, unknown, unknownOf } from "./outcome.js";
import { type TicketSystem, ticketSystem, wordsOf } from "./ticket-api.js";
import { parseTicketChange, TICKET_ACTIONS, type TicketChange } from "./ticket-change.js";
import { outcomeOf } from "./ticket-trace.js";

export interface TicketConfig {
  /** The name that plans use; "ticket" unless told. */
  readonly name?: string;
  /** Whether nobody relies on what it changes. */
  readonly sandbox?: boolean;
  /** Base URL without path. It comes from whoever set us up, so it may stand in a private network. */
  readonly url: string;
  readonly token: string;
  /** The account of the token, as the system names it; "countersign" unless told. */
  readonly account?: string;
  /** At least 16 bytes; see marker.ts. */
  readonly markerSecret: Uint8Array;
  /** Of one request; 10 s unless told. */
  readonly timeoutMs?: number;
  readonly call?: HttpCall;
}

/**
 * Tickets over HTTP: `comment {ticket, text}`, `set-status {ticket, status}`, `open {title, body}`. Idempotency class B: everything that
 * it makes bears the step's marker, and the system's search is consistent, so it searches before it makes and again afterwards. It sends
 * each request once.
 *
 * @throws {ConnectorError} `CONNECTOR_CONFIG`, `URL_REFUSED` at once where the configuration is wrong.
 */
export function ticketConnector(config: TicketConfig): Connector {
  const { name = "ticket", markerSecret } = config;
  if (markerSecret.length < 16)
    throw new ConnectorError("CONNECTOR_CONFIG", "markerSecret: expected at least 16 bytes");
  const base = parseUrl(config.url);
  const call = config.call ?? createHttpCall([hostAndPort(base)]);
  const system = ticketSystem(call, base.origin, config.token, config.timeoutMs ?? 10_000);
  const trace = (order: StepOrder) =>
    findTrace(system, order, markerOf(markerSecret, order.idempotencyKey), {
      system: name,
      url: base.origin,
      account: config.account ?? "countersign",
    });
  return {
    name,
    actions: TICKET_ACTIONS,
    sandbox: config.sandbox ?? false,
    precheck: async (order) => attempt(() => precheck(order), refusalOf),
    execute: (order) => carryOut(system, order, markerOf(markerSecret, order.idempotencyKey), () => trace(order)),
    confirm: (order) => attempt(() => trace(order), unknownOf),
  };
}

/** A ticket is no target of the catalogue: the plan names what the step is about, and none of it is touched. */
function precheck(order: Parameters<Connector["precheck"]>[0]): { readonly targets: readonly string[] } {
  parseTicketChange(order);
  return { targets: [] };
}

type Trace = () => Promise<StepOutcome | null>;

async function findTrace(
  system: TicketSystem,
  order: StepOrder,
  marker: string,
  account: { system: string; url: string; account: string },
): Promise<StepOutcome | null> {
  const change = parseTicketChange(order);
  const { sandbox, tickets } = await system.find(marker);
  return outcomeOf(tickets, change, marker, { ...account, sandbox });
}

async function carryOut(system: TicketSystem, order: StepOrder, marker: string, trace: Trace): Promise<StepOutcome> {
  const before = await attempt(async () => {
    const change = parseTicketChange(order);
    return (await trace()) ?? { change, version: await versionOf(system, change) };
  }, failureOf);
  if (!("change" in before)) return before;
  const answer = await attempt(() => system.change(before.change, marker, before.version), noAnswer);
  // Whatever it answered, the ticket itself says what happened.
  return attempt(async () => (await trace()) ?? outcomeWithoutTrace(answer), unknownOf);
}

/** A status is changed on the version that was read; the rest doesn't depend on one. */
async function versionOf(system: TicketSystem, change: TicketChange): Promise<number> {
  if (change.kind === "open") return 0;
  const ticket = await system.read(change.ticket);
  if (ticket === null) throw new ConnectorError("NO_SUCH_TICKET", `there is no ticket ${change.ticket}`);
  return ticket.version;
}

function noAnswer(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  throw error;
}

/** Only the server's own refusal (4xx) proves that nothing will happen after all. 408 is a time-out by another name. */
function outcomeWithoutTrace(answer: HttpAnswer | ConnectorError): StepOutcome {
  if (answer instanceof ConnectorError)
    return unknown(answer.code, `${answer.message}; the ticket doesn't show the change (yet)`);
  const { status } = answer;
  if (status === 429) return failed("RATE_LIMITED", wordsOf(answer));
  if (status === 409) return failed("CONFLICT", wordsOf(answer));
  if (status >= 400 && status < 500 && status !== 408) return failed("REFUSED_BY_SERVER", wordsOf(answer));
  return unknown("NO_TRACE", `${wordsOf(answer)}; the ticket doesn't show the change (yet)`);
}
