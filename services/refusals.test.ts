import { readFileSync } from "node:fs";
import { REFUSALS } from "./refusals.js";

/** Codes that only the record's own consistency can raise: no command of a person's leads to one. */
const INTERNAL = new Set(
  `APPROVALS_MISMATCH APPROVAL_UNKNOWN CLOSING_COUNT_WRONG DEBT_UNKNOWN DECISION_EXPIRED DECISION_MISMATCH GATE_AT_ANOTHER_TIME
   GATE_NOT_EVALUATED GATE_STEP_MISMATCH INCIDENT_NOT_OPEN KEY_MISMATCH LEASE_MISMATCH NOT_THE_SYSTEM OUT_OF_ORDER POLICY_CHANGED
   POLICY_NOT_PINNED ROLLBACK_MISMATCH ROLLBACK_NOT_FINISHED ROLLBACK_NOT_STARTED STEPS_LEFT STEP_UNKNOWN STOP_NOT_REQUESTED
   STOP_REQUESTED WRONG_ACTOR`.split(/\s+/),
);

const codesIn = (file: string): readonly string[] =>
  [...readFileSync(file, "utf8").matchAll(/"([A-Z][A-Z_]{5,})"/g)].map((match) => match[1]!);

describe("a refusal on the record", () => {
  it.each(["incidents/law.ts", "activities/evaluate-gate.ts"])("is explained wherever %s refuses a person", (file) => {
    const codes = codesIn(file);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !INTERNAL.has(code) && !Object.hasOwn(REFUSALS, code))).toEqual([]);
  });
});
