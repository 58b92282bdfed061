import type { Json } from "../incidents/canonical.js";
import {
  bool,
  int,
  list,
  nullable,
  oneOf,
  optional,
  problemsOf,
  record,
  type Shape,
  text,
} from "../incidents/shape.js";
import { PolicyInputError } from "./errors.js";
import type { Inputs } from "./inputs.js";
import { millis } from "./instants.js";

const MAX_LIST = 10_000;
const word = text(200);
const words = list(word, MAX_LIST);
const minutes = int(0, 1_000_000);

/** Any key, one shape of value. */
const dictionary = <T>(value: Shape<T>): Shape<{ readonly [key: string]: T }> => ({
  schema: { type: "object", additionalProperties: value.schema },
  check: (given, path, problems) => {
    if (typeof given !== "object" || given === null || Array.isArray(given))
      return void problems.push({ path, message: "expected an object" });
    for (const [key, member] of Object.entries(given)) value.check(member, `${path}/${key.slice(0, 60)}`, problems);
  },
});

const instant: Shape<string> = {
  schema: { type: "string" },
  check: (value, path, problems) => {
    if (!isInstant(value)) problems.push({ path, message: "expected a time like 2026-03-11T15:00:00.000Z" });
  },
};

function isInstant(value: unknown): boolean {
  try {
    return typeof value === "string" && Number.isFinite(millis(value));
  } catch {
    return false;
  }
}

const pair = list(instant, 2, 2) as unknown as Shape<readonly [string, string]>;

const plan = record({
  digest: word,
  requestedBy: word,
  authors: words,
  executor: word,
  risk: word,
  expectedMinutes: minutes,
  rollbackMinutes: minutes,
  targets: list(
    record({ id: word, env: optional(word), tier: optional(int(0, 1_000_000)), tags: optional(words) }),
    MAX_LIST,
  ),
});

const approval = record({
  id: word,
  account: word,
  requirement: word,
  verdict: oneOf("approve", "reject", "revoke"),
  at: instant,
  planDigest: word,
  requirementDigest: optional(word),
  assurance: optional(oneOf("session", "passkey")),
  onBehalfOf: optional(word),
  groupsAtApproval: optional(words),
  expiresAt: optional(instant),
});

const evidence = record({
  type: word,
  status: oneOf("verified", "unverified"),
  incident: word,
  at: instant,
  by: word,
  planDigest: optional(word),
});

const directory = record({
  asOf: instant,
  people: dictionary(
    record({ accounts: words, groups: words, active: bool, kind: optional(oneOf("human", "service")) }),
  ),
  delegations: list(record({ from: word, to: word, groups: words, start: instant, end: instant }), MAX_LIST),
});

const calendar = record({
  kind: oneOf("window", "freeze"),
  zone: word,
  tzdb: word,
  horizon: pair,
  intervals: list(pair, MAX_LIST),
  notes: list(text(1000), MAX_LIST),
});

const exception = record({ id: word, control: word, targets: words, from: instant, until: instant, approvedBy: word });

const inputs: Shape<Inputs> = record({
  at: instant,
  incident: record({ id: word, severity: int(0, 1_000_000), class: word, status: word }),
  plan,
  approvals: list(approval, MAX_LIST),
  evidence: list(evidence, MAX_LIST),
  directory,
  calendars: dictionary(calendar),
  exceptions: list(exception, MAX_LIST),
  inFlight: optional(list(record({ id: word, planDigest: word, targets: words }), MAX_LIST)),
  breakGlass: nullable(
    record({ account: word, planDigest: word, reason: text(10_000, 0), at: instant, used: optional(bool) }),
  ),
  overdueReviews: optional(words),
});

/**
 * Facts as a receipt or an activity carries them. Closed: a member that isn't of the page is refused.
 * @throws {PolicyInputError} `BAD_INPUTS` naming the first problem and how many there are.
 */
export function parseInputs(json: Json): Inputs {
  const problems = problemsOf(inputs, json);
  const [first] = problems;
  if (!first) return json as unknown as Inputs;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new PolicyInputError("BAD_INPUTS", `${first.path || "/"}: ${first.message}${others}`);
}
