import type { Actor } from "../../../incidents/events.js";
import type { NameOf } from "./names.js";
import { oneLine, type Paint, short } from "./text.js";

/** An event as the API shows it. */
export interface ShownEvent {
  readonly seq: number;
  readonly eid: string;
  readonly typ: string;
  readonly at: string;
  readonly hash: string;
  readonly actor: Actor;
  readonly clear: Readonly<Record<string, unknown>>;
}

/** The members of an event that say most about it, in the order in which they are read. */
const TELLING = [
  "gate",
  "verdict",
  "outcome",
  "code",
  "command",
  "requirement",
  "step",
  "how",
  "class",
  "severity",
  "drill",
  "risk",
  "executor",
  "plan",
  "evidence",
  "type",
  "status",
  "source",
  "episode",
  "startsAt",
  "endsAt",
  "owner",
  "person",
  "task",
  "dueAt",
  "reason",
  "other",
  "count",
  "by",
  "openTasks",
  "validUntil",
] as const;

/** Seq, time, what, who, and the telling members: one line for each event. */
export function eventSummary({ seq, at, typ, actor, clear }: ShownEvent, paint: Paint, name: NameOf): string {
  const time = paint("dim", at.slice(11, 19));
  return `${String(seq).padStart(4)}  ${time}  ${paint(styleOf(typ, clear), typ.padEnd(21))}  ${name(actor.id).padEnd(14)}  ${details(clear, name)}`.trimEnd();
}

const details = (clear: ShownEvent["clear"], name: NameOf): string =>
  TELLING.filter((member) => clear[member] !== undefined && clear[member] !== null && clear[member] !== false)
    .map((member) => `${member} ${shownValue(clear[member], name)}`)
    .join(", ");

function shownValue(value: unknown, name: NameOf): string {
  const text = typeof value === "string" ? name(value) : oneLine(JSON.stringify(value));
  return /^[0-9a-f]{32,64}$/.test(text) ? short(text) : text;
}

const BAD = /Refused|Failed|Rejected|Held|Unknown|Expired|Stop/;
const GOOD = /Granted|Succeeded|Resolved$|Closed|Verified|Finished/;

function styleOf(typ: string, { verdict, outcome }: ShownEvent["clear"]): "red" | "green" | "yellow" | "bold" {
  if (verdict === "blocked" || outcome === "failed" || BAD.test(typ)) return "red";
  if (verdict === "needs-approval") return "yellow";
  return verdict === "ready" || outcome === "passed" || GOOD.test(typ) ? "green" : "bold";
}
