/** A ticket as the sandbox answers with it. `version` counts its changes from 1. */
export interface Ticket {
  readonly id: string;
  readonly version: number;
  /** The creator's idempotency key, or null. */
  readonly marker: string | null;
  readonly title: string;
  readonly body: string;
  readonly status: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly comments: readonly Comment[];
  readonly changes: readonly StatusChange[];
}

export interface Comment {
  readonly marker: string;
  readonly text: string;
  readonly by: string;
  readonly at: string;
}

export interface StatusChange {
  readonly marker: string;
  readonly status: string;
  readonly by: string;
  readonly at: string;
}

/** One line of the store's file. */
export type TicketOp = { readonly id: string; readonly at: string; readonly by: string } & (
  | { readonly op: "created"; readonly marker: string | null; readonly title: string; readonly body: string }
  | { readonly op: "commented"; readonly marker: string; readonly text: string }
  | { readonly op: "changed"; readonly marker: string; readonly status: string }
);

export function applyOp(before: Ticket | null, op: TicketOp): Ticket {
  if (op.op === "created") return created(op);
  if (before === null) throw new Error(`the ticket file changes ticket ${op.id} before it exists`);
  const after = { ...before, version: before.version + 1, updatedAt: op.at };
  const { marker, by, at } = op;
  if (op.op === "commented") return { ...after, comments: [...before.comments, { marker, text: op.text, by, at }] };
  return { ...after, status: op.status, changes: [...before.changes, { marker, status: op.status, by, at }] };
}

/** Whether anything on the ticket was done under this marker. */
export function bearsMarker(ticket: Ticket, marker: string): boolean {
  return ticket.marker === marker || [...ticket.comments, ...ticket.changes].some((one) => one.marker === marker);
}

function created(op: Extract<TicketOp, { op: "created" }>): Ticket {
  const { id, marker, title, body, by, at } = op;
  const times = { createdBy: by, createdAt: at, updatedAt: at };
  return { id, version: 1, marker, title, body, status: "open", ...times, comments: [], changes: [] };
}
