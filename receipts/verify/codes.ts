/** The checks that a report names; a trust file may require some of them (trust.ts). */
export const CHECKS = [
  "format",
  "chain",
  "signatures",
  "state",
  "commands",
  "policy",
  "statement",
  "disclosure",
  "log",
  "governance",
  "passkey",
  "witness",
  "final",
] as const;
export type CheckName = (typeof CHECKS)[number];

interface CodeEntry {
  readonly stage: number;
  readonly check: CheckName;
  /** What the code makes of the verdict. */
  readonly makes: "INVALID" | "INCOMPLETE" | "ERROR";
  readonly says: string;
}

const entry = (stage: number, check: CheckName, makes: CodeEntry["makes"], says: string): CodeEntry => ({
  stage,
  check,
  makes,
  says,
});
const unreadable = (says: string) => entry(0, "format", "ERROR", says);
const invalid = (stage: number, check: CheckName, says: string) => entry(stage, check, "INVALID", says);
const lacking = (stage: number, check: CheckName, says: string) => entry(stage, check, "INCOMPLETE", says);

/** Every code that a report may hold. Codes are stable; the sentences may be improved. SPEC.md's list is generated from this. */
export const CODES = {
  TRUST_MALFORMED: unreadable("The reader's own trust file can't be used."),
  VERIFIER_FAILED: unreadable("The verifier itself failed: nothing is said about the receipt."),
  FILE_UNREADABLE: unreadable("A file can't be read."),
  FILE_TOO_LARGE: unreadable("The file is larger than a receipt may be (32 MiB)."),
  BAD_UTF8: unreadable("The file is not UTF-8."),
  BAD_JSON: unreadable("The file is not JSON."),
  NOT_CANONICAL: unreadable("The file is not in canonical form, so it isn't the bytes that were issued."),
  DUPLICATE_KEY: unreadable("A JSON object has the same key twice."),
  FORBIDDEN_KEY: unreadable("A JSON object has a key that no receipt may have."),
  NOT_AN_INTEGER: unreadable("A number is not a whole number within range."),
  LONE_SURROGATE: unreadable("A string is not valid Unicode."),
  TOO_DEEP: unreadable("The JSON is nested deeper than a receipt may be (24)."),
  NOT_A_RECEIPT: entry(
    1,
    "format",
    "ERROR",
    "The file doesn't say that it is a receipt of a form that this verifier knows.",
  ),
  PART_UNSUPPORTED: entry(1, "format", "ERROR", "The receipt has a part that this verifier doesn't know how to check."),
  RECEIPT_SHAPE: invalid(1, "format", "A member of the receipt is missing, unknown or of the wrong kind."),
  BASE64_MALFORMED: invalid(1, "format", "A value is not strict base64url."),
  ATTACHMENT_TOO_LARGE: invalid(1, "format", "An attachment is larger than it may be (512 KiB)."),
  EVENT_TOO_LARGE: invalid(6, "chain", "An event is larger than it may be (65,535 bytes)."),
  EVENT_NOT_CANONICAL: invalid(6, "chain", "An event's bytes are not canonical JSON."),
  EVENT_SHAPE: invalid(6, "chain", "An event has a member that its type doesn't have, or lacks one."),
  EVENT_UNKNOWN: invalid(6, "chain", "An event is of a type that its schema doesn't have."),
  SCHEMA_UNKNOWN: entry(6, "chain", "ERROR", "An event is of a schema that this verifier doesn't know."),
  SLOTS_MISMATCH: invalid(6, "chain", "An event's sealed slots are not those of its type."),
  ORG_NOT_TRUSTED: invalid(6, "chain", "An event belongs to another organisation than the trust file's."),
  INCIDENT_CHANGED: invalid(6, "chain", "An event belongs to another incident than the first event's."),
  SEQ_WRONG: invalid(
    6,
    "chain",
    "An event's number isn't its place in the receipt: something was dropped, repeated or moved.",
  ),
  PREV_MISMATCH: invalid(
    6,
    "chain",
    "An event doesn't follow the event before it: something was changed, dropped or spliced in.",
  ),
  EID_REPEATED: invalid(6, "chain", "An event's id occurs twice."),
  REF_REUSED: invalid(6, "chain", "A sealed slot's reference occurs twice."),
  TIME_BACKWARDS: invalid(6, "chain", "An event is dated before the event that it follows."),
  KEY_NOT_TRUSTED: invalid(6, "signatures", "A signature is by a key that the trust file doesn't name."),
  KEY_ROLE_WRONG: invalid(6, "signatures", "A signature is by a key that the trust file names for something else."),
  EVENT_SIGNATURE_BAD: invalid(
    6,
    "signatures",
    "An event's signature doesn't hold: its bytes are not those that were signed.",
  ),
  STATE_UNLAWFUL: invalid(8, "state", "An event is not allowed where it stands."),
  ENVELOPE_ABSENT: invalid(9, "commands", "A person's or source's event names no signed command."),
  ENVELOPE_UNEXPECTED: invalid(9, "commands", "An event of the system names a signed command."),
  ENVELOPE_MISSING: invalid(9, "commands", "The signed command behind an event is not in the receipt."),
  ENVELOPE_MALFORMED: invalid(9, "commands", "A signed command is not of its closed shape."),
  GATEWAY_NOT_TRUSTED: invalid(
    9,
    "commands",
    "A command is signed by a key that the trust file doesn't name as a gateway's.",
  ),
  ENVELOPE_SIGNATURE_BAD: invalid(9, "commands", "A command's signature doesn't hold."),
  ENVELOPE_MISPLACED: invalid(9, "commands", "A command was given for another organisation or incident."),
  EID_MISMATCH: invalid(
    9,
    "commands",
    "An event's id isn't that of its command and its place among the command's events.",
  ),
  COMMAND_MISMATCH: invalid(9, "commands", "An event says something else than the command that it names."),
  ASSERTION_MISSING: invalid(9, "commands", "A vote names a passkey assertion that is not in the receipt."),
  ATTACHMENTS_UNORDERED: invalid(
    9,
    "commands",
    "Commands, facts and policies are not each once, in the order in which the events name them.",
  ),
  FACTS_MISSING: invalid(10, "policy", "Facts that a decision rests on are not in the receipt."),
  FACTS_MALFORMED: invalid(10, "policy", "The facts of a decision are not of their closed shape."),
  INPUTS_MISMATCH: invalid(10, "policy", "The digest over a decision's facts is not the recorded one."),
  FACTS_MISMATCH: invalid(10, "policy", "The facts of a decision contradict the events before it."),
  FACTS_UNAUTHORISED: invalid(
    10,
    "policy",
    "A decision rests on an exception, a delegation, a calendar or a break-glass that nobody is shown to have given.",
  ),
  POLICY_MISSING: invalid(10, "policy", "A policy that a decision rests on is not in the receipt."),
  POLICY_MALFORMED: invalid(10, "policy", "A policy is not a canonical policy document."),
  DECISION_MISMATCH: invalid(
    10,
    "policy",
    "The policy, evaluated again from the recorded facts, decides something else than what was recorded.",
  ),
  POLICY_NOT_PINNED: invalid(10, "policy", "A decision was made under a policy that the trust file doesn't name."),
  POLICY_NOT_NAMED: lacking(10, "policy", "The reader requires the policy to be known, but the trust file names none."),
  ASSURANCE_TOO_LOW: lacking(
    10,
    "policy",
    "An approval behind an action was given with less assurance than the reader asks for.",
  ),
  STATEMENT_MALFORMED: invalid(11, "statement", "The statement is not of its closed shape."),
  STATEMENT_UNSIGNED: invalid(11, "statement", "No builder signed the statement."),
  BUILDER_NOT_TRUSTED: invalid(
    11,
    "statement",
    "The statement is signed by a key that the trust file doesn't name as a builder's.",
  ),
  STATEMENT_SIGNATURE_BAD: invalid(11, "statement", "The statement's signature doesn't hold."),
  STATEMENT_SUBJECT: invalid(11, "statement", "The statement is about another organisation or incident."),
  HEAD_MISMATCH: invalid(
    11,
    "statement",
    "The statement is about a chain of another length or end: events are missing or were added.",
  ),
  STATE_MISMATCH: invalid(11, "statement", "The statement gives another state than the events lead to."),
  OPENING_WITHOUT_SLOT: invalid(12, "disclosure", "An opened value has no slot among the events."),
  OPENING_MISMATCH: invalid(12, "disclosure", "An opened value is not the one that was sealed."),
  OPENINGS_UNORDERED: invalid(12, "disclosure", "The opened values are not each once, by event and path."),
  PARTIAL_OPENING: invalid(12, "disclosure", "Only a part of values that open together is opened."),
  PLAN_TEXT_MISMATCH: invalid(
    12,
    "disclosure",
    "The opened plan isn't the one whose digest was approved, or not the one that the event shows.",
  ),
  WITHHELD_MISMATCH: invalid(12, "disclosure", "The list of withheld values is not exactly what isn't opened."),
  LOG_NOT_CHECKED: lacking(
    2,
    "log",
    "The reader requires a log's checkpoint, its size or its age, which this receipt can't prove.",
  ),
  WITNESS_NOT_CHECKED: lacking(2, "witness", "The reader requires witnesses, which this receipt can't prove."),
  GOVERNANCE_NOT_CHECKED: lacking(
    10,
    "governance",
    "The reader requires the governance chain, which this receipt doesn't have.",
  ),
  PASSKEY_NOT_CHECKED: lacking(9, "passkey", "The reader requires passkeys, which this receipt doesn't have."),
  NOT_FINAL: lacking(14, "final", "The reader requires a final receipt, but the incident hasn't ended."),
} as const satisfies Record<string, CodeEntry>;

export type VerifyCode = keyof typeof CODES;

/** One thing that is wrong or lacking, and where. */
export interface Finding {
  readonly code: VerifyCode;
  readonly stage: number;
  readonly check: CheckName;
  /** seq of the event; null where it isn't about one. */
  readonly event: number | null;
  /** JSON Pointer within the event or the receipt; "" where it is about the whole. */
  readonly path: string;
  /** The code's sentence, and what was found here. */
  readonly message: string;
}

export interface Place {
  readonly event?: number;
  readonly path?: string;
}

export function finding(code: VerifyCode, { event, path }: Place = {}, found = ""): Finding {
  const { stage, check, says } = CODES[code];
  return {
    code,
    stage,
    check,
    event: event ?? null,
    path: path ?? "",
    message: found === "" ? says : `${says} (${found})`,
  };
}
