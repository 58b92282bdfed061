import type { Actor } from "../../../incidents/events.js";
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
export function eventSummary({ seq, at, typ, actor, clear }: ShownEvent, paint: Paint): string {
  const time = paint("dim", at.slice(11, 19));
  const who = actor.id === "system" ? "system" : oneLine(actor.id);
  return `${String(seq).padStart(4)}  ${time}  ${paint(styleOf(typ, clear), typ.padEnd(21))}  ${who.padEnd(20)}  ${details(clear)}`.trimEnd();
}

const details = (clear: ShownEvent["clear"]): string =>
  TELLING.filter((name) => clear[name] !== undefined && clear[name] !== null && clear[name] !== false)
    .map((name) => `${name} ${shownValue(clear[name])}`)
    .join(", ");

function shownValue(value: unknown): string {
  const text = oneLine(typeof value === "object" ? JSON.stringify(value) : value);
  return /^[0-9a-f]{32,64}$/.test(text) ? short(text) : text;
}

const BAD = /Refused|Failed|Rejected|Held|Unknown|Expired|Stop/;
const GOOD = /Granted|Succeeded|Resolved$|Closed|Verified|Finished/;

function styleOf(typ: string, { verdict, outcome }: ShownEvent["clear"]): "red" | "green" | "yellow" | "bold" {
  if (verdict === "blocked" || outcome === "failed" || BAD.test(typ)) return "red";
  if (verdict === "needs-approval") return "yellow";
  return verdict === "ready" || outcome === "passed" || GOOD.test(typ) ? "green" : "bold";
}
