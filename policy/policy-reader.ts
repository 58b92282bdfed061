import type { Json } from "../incidents/canonical.js";
import { NEXT_STEPS } from "./decision.js";
import type { Control, Defaults, Policy, Require } from "./document.js";
import { approval, duration, evidence, group, slug, when } from "./grammar.js";
import {
  allOf,
  also,
  defaulting,
  integer,
  isMap,
  listOf,
  mapOf,
  notBuilt,
  oneOf,
  optional,
  type Path,
  type Reader,
  type Report,
  required,
  textLike,
} from "./reader.js";

const MAX_TOTAL_SEATS = 64;

const title = textLike(/^[^\p{Cc}\p{Cs}]{1,200}$/u, "one line of at most 200 characters");

const approvalDefaults = mapOf({
  expiresAfter: defaulting(duration, "4h"),
  membership: defaulting(oneOf("then-and-now"), "then-and-now"),
  onReject: defaulting(oneOf("veto"), "veto"),
  binds: defaulting(allOf("plan", "requirement"), ["plan", "requirement"]),
});

const PARTIES = ["plan.authors", "plan.requester", "plan.executor"] as const;

const defaults: Reader<Defaults> = mapOf({
  approval: defaulting(approvalDefaults, {}),
  onePersonOneSeat: defaulting(oneOf(true), true),
  notAllowedToApprove: defaulting(allOf(...PARTIES), PARTIES),
  unknownFact: defaulting(oneOf("block"), "block"),
});

const KINDS = ["approval", "evidence", "separation", "noOtherActionOn"] as const;

/** The kind of a requirement is the one key it has. */
function requirement(expiresAfter: string): Reader<Require> {
  const read = mapOf({
    approval: optional(approval(expiresAfter)),
    evidence: optional(evidence),
    separation: optional(oneOf("known-persons")),
    noOtherActionOn: optional(oneOf("plan.targets")),
    inside: notBuilt("inside (change windows)"),
    outside: notBuilt("outside (freezes)"),
    mustFit: notBuilt("mustFit"),
    deny: notBuilt("deny"),
  });
  return (value, path, report) => {
    if (value !== "deny") return also(read, exactlyOneKind)(value, path, report) as Require | undefined;
    report({ path, on: "value", code: "KIND_NOT_BUILT", message: "deny is not built yet: leave it out" });
    return undefined;
  };
}

function exactlyOneKind(value: Json, path: Path, report: Report): void {
  if (!isMap(value)) return;
  const kinds = Object.keys(value);
  if (kinds.length === 0)
    report({ path, on: "value", code: "MISSING_KEY", message: `expected one of ${KINDS.join(", ")}` });
  if (KINDS.filter((kind) => kinds.includes(kind)).length > 1)
    report({
      path,
      on: "value",
      code: "WRONG_VALUE",
      message: `expected exactly one kind, found ${kinds.join(" and ")}`,
    });
}

const control = (expiresAfter: string): Reader<Control> =>
  mapOf({
    id: required(slug),
    title: required(title),
    when: defaulting(when, {}),
    require: required(requirement(expiresAfter)),
    waivable: defaulting(oneOf("by-exception", "never"), "by-exception"),
    override: notBuilt("override"),
  }) as Reader<Control>;

/** Reads a whole document of either spelling, an author's or the canonical one, into the canonical one. */
export const policy: Reader<Policy> = (value, path, report) =>
  mapOf({
    apiVersion: required(oneOf("policy/v1")),
    semantics: required(oneOf(1)),
    name: required(slug),
    revision: required(integer(1, 1_000_000_000)),
    owner: required(group),
    inFlight: defaulting(oneOf("strictest"), "strictest"),
    defaults: defaulting(defaults, {}),
    controls: required(also(listOf(control(defaultExpiry(value))), controlsTogether)),
    nextSteps: defaulting(listOf(oneOf(...NEXT_STEPS), { distinct: true }), NEXT_STEPS),
    calendars: notBuilt("calendars"),
    breakGlass: notBuilt("breakGlass"),
  })(value, path, report) as Policy | undefined;

/** Read ahead of the rest, since controls are filled in with it; its problems are reported where it stands. */
function defaultExpiry(value: Json): string {
  const given = isMap(value) && isMap(value.defaults) ? value.defaults.approval : undefined;
  const read =
    isMap(given) && Object.hasOwn(given, "expiresAfter") ? duration(given.expiresAfter!, [], () => {}) : undefined;
  return read ?? "4h";
}

function controlsTogether(value: Json, path: Path, report: Report): void {
  if (!Array.isArray(value)) return;
  const ids = value.map((entry: Json) => (isMap(entry) ? entry.id : undefined));
  ids.forEach((id, i) => {
    const at = { path: [...path, i, "id"], on: "value" } as const;
    if (id === "break-glass") report({ ...at, code: "WRONG_VALUE", message: "break-glass is a reserved id" });
    if (id !== undefined && ids.indexOf(id) < i)
      report({ ...at, code: "DUPLICATE_ID", message: `another control has the id ${String(id)}` });
  });
  const seats = value.reduce((sum: number, entry: Json) => sum + seatsOf(entry), 0);
  if (seats > MAX_TOTAL_SEATS)
    report({
      path,
      on: "value",
      code: "COUNT_TOO_LARGE",
      message: `${seats} votes in all; at most ${MAX_TOTAL_SEATS}`,
    });
}

function seatsOf(entry: Json): number {
  const asked = isMap(entry) && isMap(entry.require) ? entry.require.approval : undefined;
  if (!isMap(asked)) return 0;
  if (Array.isArray(asked.seats)) return asked.seats.length;
  return Number.isSafeInteger(asked.count) ? (asked.count as number) : 0;
}
