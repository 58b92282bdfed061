import type { Json } from "../incidents/canonical.js";
import { RISKS } from "../incidents/vocabulary.js";
import type { ApprovalRequirement, EvidenceRequirement, TargetWhen, When } from "./document.js";
import { durationMs, durationText } from "./instants.js";
import {
  also,
  anyOf,
  defaulting,
  integer,
  isMap,
  listOf,
  mapOf,
  oneOf,
  optional,
  type Path,
  type Reader,
  type Report,
  required,
  textLike,
} from "./reader.js";

export const STATUSES = ["open", "mitigating", "resolved", "closed", "cancelled"] as const;
/** More seats than any real policy asks for; keeps the assignment's cost bounded. */
const MAX_SEATS = 20;

export const slug = textLike(/^[a-z0-9][a-z0-9-]{0,39}$/, "lowercase letters, digits and dashes, at most 40");
const word = textLike(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,59}$/, "a word of at most 60 characters");
export const group = textLike(/^group:[a-z0-9][a-z0-9-]{0,59}$/, "group:<name>");
const evidenceSource = textLike(/^(?:group:[a-z0-9][a-z0-9-]{0,59}|role:responder)$/, "group:<name> or role:responder");

/** Read into its one spelling, so that `240m` and `4h` are the same policy. */
export const duration: Reader<string> = (value, path, report) => {
  const ms = typeof value === "string" ? durationMs(value) : undefined;
  if (ms !== undefined) return durationText(ms);
  const shown = JSON.stringify(value).slice(0, 60);
  const message = `expected a duration like 30m, 4h or 2d, at most 366d, found ${shown}`;
  report({ path, on: "value", code: "BAD_DURATION", message });
  return undefined;
};

const targetWhen: Reader<TargetWhen> = also(
  mapOf(
    { env: optional(anyOf(word)), tier: optional(anyOf(integer(0, 99))), tags: optional(anyOf(word)) },
    "UNDECLARED_FACT",
  ),
  (value, path, report) => {
    if (isMap(value) && Object.keys(value).length === 0)
      report({ path, on: "value", code: "WRONG_VALUE", message: "anyTarget needs env, tier or tags" });
  },
);

export const when: Reader<When> = mapOf(
  {
    "incident.severity": optional(anyOf(integer(1, 5))),
    "incident.class": optional(anyOf(word)),
    "incident.status": optional(anyOf(oneOf(...STATUSES))),
    "plan.risk": optional(anyOf(oneOf(...RISKS))),
    anyTarget: optional(targetWhen),
  },
  "UNDECLARED_FACT",
);

const evidenceItem: Reader<EvidenceRequirement> = mapOf({
  type: required(slug),
  from: required(evidenceSource),
  maxAge: optional(duration),
  for: optional(oneOf("this-plan")),
  notBy: optional(listOf(oneOf("plan.authors", "plan.requester", "plan.executor"), { distinct: true })),
  when: optional(when),
});

export const evidence = listOf(evidenceItem, { max: 20 });

/** @param expiresAfter the document's default for votes. */
export function approval(expiresAfter: string): Reader<ApprovalRequirement> {
  const terms = {
    count: required(integer(1, MAX_SEATS)),
    expiresAfter: defaulting(duration, expiresAfter),
    assurance: defaulting(oneOf("session", "passkey"), "session"),
  };
  const fromGroup = mapOf({ from: required(group), ...terms });
  const fromSeats = also(mapOf({ seats: required(listOf(group, { max: MAX_SEATS })), ...terms }), countFitsSeats);
  return (value, path, report) => {
    const seated = isMap(value) && Object.hasOwn(value, "seats") && !Object.hasOwn(value, "from");
    return (seated ? fromSeats : fromGroup)(value, path, report);
  };
}

function countFitsSeats(value: Json, path: Path, report: Report): void {
  if (!isMap(value) || !Array.isArray(value.seats) || !Number.isSafeInteger(value.count)) return;
  if ((value.count as number) <= value.seats.length) return;
  const message = `count is ${String(value.count)}, but there are only ${value.seats.length} seats`;
  report({ path: [...path, "count"], on: "value", code: "COUNT_TOO_LARGE", message });
}
