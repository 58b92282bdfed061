import type { StepOrder } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { malformed, onlyFields, text } from "./params.js";

/** What an order asks of the ticket system, read strictly. */
export type TicketChange =
  | { readonly kind: "open"; readonly title: string; readonly body: string }
  | { readonly kind: "comment"; readonly ticket: string; readonly text: string }
  | { readonly kind: "set-status"; readonly ticket: string; readonly status: string };

export const TICKET_ACTIONS = ["comment", "set-status", "open"] as const;

/** @throws {ConnectorError} */
export function parseTicketChange({ action, params }: Pick<StepOrder, "action" | "params">): TicketChange {
  switch (action) {
    case "open":
      onlyFields(params, ["title", "body"]);
      return { kind: "open", title: text(params, "title", 300), body: text(params, "body", 32_000) };
    case "comment":
      onlyFields(params, ["ticket", "text"]);
      return { kind: "comment", ticket: ticketId(params), text: text(params, "text", 32_000) };
    case "set-status":
      onlyFields(params, ["ticket", "status"]);
      return { kind: "set-status", ticket: ticketId(params), status: status(params) };
    default:
      throw new ConnectorError("ACTION_UNKNOWN", `expected ${TICKET_ACTIONS.join(", ")}, found ${action}`);
  }
}

/** It becomes part of a URL. */
function ticketId(params: StepOrder["params"]): string {
  const id = text(params, "ticket", 40);
  if (/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(id)) return id;
  throw malformed("expected ticket to be of letters, digits and dashes");
}

function status(params: StepOrder["params"]): string {
  const wanted = text(params, "status", 40);
  if (/^[a-z][a-z-]*$/.test(wanted)) return wanted;
  throw malformed("expected status to be of lowercase letters and dashes");
}
