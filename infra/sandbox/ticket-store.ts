import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { applyOp, type Ticket, type TicketOp } from "./ticket.js";

/**
 * Tickets in memory, every change first a line of a file. When `record` returns the change survives a crash of the machine; a crash
 * within it leaves an unfinished last line, which the next open drops.
 */
export interface TicketStore {
  all(): readonly Ticket[];
  find(id: string): Ticket | null;
  record(op: TicketOp): Ticket;
  close(): void;
}

export function openTicketStore(file: string): TicketStore {
  mkdirSync(dirname(file), { recursive: true });
  const tickets = new Map<string, Ticket>();
  for (const op of readOps(file)) remember(tickets, op);
  const handle = openSync(file, "a", 0o600);
  return {
    all: () => [...tickets.values()],
    find: (id) => tickets.get(id) ?? null,
    record(op) {
      writeSync(handle, `${JSON.stringify(op)}\n`);
      fsyncSync(handle);
      return remember(tickets, op);
    },
    close: () => closeSync(handle),
  };
}

function remember(tickets: Map<string, Ticket>, op: TicketOp): Ticket {
  const ticket = applyOp(tickets.get(op.id) ?? null, op);
  tickets.set(ticket.id, ticket);
  return ticket;
}

function readOps(file: string): readonly TicketOp[] {
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(file, whole);
  const lines = bytes.subarray(0, whole).toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as TicketOp);
}
