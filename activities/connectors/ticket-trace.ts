import { createHash } from "node:crypto";
import { canonicalize } from "../../incidents/canonical.js";
import type { StepOutcome } from "../ports.js";
import { excerpt } from "./excerpt.js";
import { unknown } from "./outcome.js";
import type { TicketChange } from "./ticket-change.js";
import type { Ticket } from "./ticket-shape.js";

export interface Account {
  /** The connector's name. */
  readonly system: string;
  readonly url: string;
  /** Whom the system names as the maker of what our token does. */
  readonly account: string;
  readonly sandbox: boolean;
}

/** One thing on a ticket that bears the marker. `before` and `after` are for people. */
interface Mark {
  readonly ticket: Ticket;
  readonly what: {
    readonly kind: string;
    readonly marker: string;
    readonly by: string;
    readonly at: string;
    readonly title?: string;
    readonly text: string;
  };
  readonly before: string | null;
}

/** A hit counts only where it is the only one, made by our account, on the ticket and with the content of the order. */
export function outcomeOf(
  tickets: readonly Ticket[],
  change: TicketChange,
  marker: string,
  account: Account,
): StepOutcome | null {
  const marks = tickets.flatMap((ticket) => marksOn(ticket, marker));
  if (marks.length === 0) return null;
  const [mark] = marks;
  if (marks.length === 1 && mark!.what.by === account.account && isAsOrdered(mark!, change))
    return succeeded(mark!, account);
  return unknown(
    "MARKER_NOT_OURS",
    `the step's marker stands on ${marks.map(({ ticket, what }) => `${ticket.id} (${what.kind} by ${what.by})`).join(", ")}, which isn't what we would have made`,
  );
}

function marksOn(ticket: Ticket, marker: string): readonly Mark[] {
  const { title, body, createdBy, createdAt, comments, changes } = ticket;
  const opened: readonly Mark[] =
    ticket.marker === marker
      ? [{ ticket, before: null, what: { kind: "open", marker, by: createdBy, at: createdAt, title, text: body } }]
      : [];
  const noted = comments
    .filter((each) => each.marker === marker)
    .map((what): Mark => ({ ticket, before: null, what: { kind: "comment", ...what } }));
  const turned = changes.flatMap(({ status, ...what }, i): readonly Mark[] =>
    what.marker === marker
      ? [{ ticket, before: changes[i - 1]?.status ?? null, what: { kind: "set-status", ...what, text: status } }]
      : [],
  );
  return [...opened, ...noted, ...turned];
}

function isAsOrdered({ ticket, what }: Mark, change: TicketChange): boolean {
  if (what.kind !== change.kind) return false;
  if (change.kind === "open") return what.title === change.title && what.text === change.body;
  return ticket.id === change.ticket && what.text === (change.kind === "comment" ? change.text : change.status);
}

const DONE: Readonly<Record<string, string>> = {
  open: "opened",
  comment: "was commented on",
  "set-status": "changed its status",
};

/** The digest is over what we made and not over the ticket, which goes on changing. */
function succeeded({ ticket, what, before }: Mark, { system, url, sandbox }: Account): StepOutcome {
  const where = sandbox ? `${system} (sandbox)` : system;
  return {
    kind: "succeeded",
    proof: {
      reference: {
        system: where,
        id: ticket.id,
        version: `${ticket.version}`,
        url: `${url}/tickets/${ticket.id}`,
        digest: createHash("sha256").update(canonicalize(what)).digest("hex"),
      },
      before,
      after: excerpt(what.text, 4_000),
      result: `${where}: ${ticket.id} ${DONE[what.kind]} at ${excerpt(what.at, 40)}; read back as made by ${excerpt(what.by, 100)}.`,
      excerpt: excerpt(what.title === undefined ? what.text : `${what.title}\n${what.text}`, 500),
    },
  };
}
