import { parseCanonical } from "../../incidents/canonical.js";
import type { Opened } from "../../incidents/state.js";
import { receiptId } from "../format.js";
import { type Trust, trustDigest } from "../trust.js";
import type { Answers } from "./answer-types.js";
import { answersOf } from "./answers.js";
import { verifyAttachments } from "./attachments.js";
import { CHECKS, type CheckName, CODES, type Finding, finding, type VerifyCode } from "./codes.js";
import { verifyCommands } from "./commands.js";
import { verifyDisclosure } from "./disclosure.js";
import { verifyEvents } from "./events.js";
import { type Attachment, parseReceipt, type ReadReceipt } from "./parse.js";
import { type Decisions, verifyPolicy } from "./policy.js";
import { lackingOf, type VerifyOptions } from "./requirements.js";
import { verifyState } from "./state.js";
import { verifyStatement } from "./statement.js";

export type { Answers } from "./answer-types.js";
export { type CheckName, CODES, type Finding, type VerifyCode } from "./codes.js";
export type { VerifyOptions } from "./requirements.js";

export type Verdict = "VERIFIED" | "INVALID" | "INCOMPLETE" | "ERROR";
export const EXIT_CODES = { VERIFIED: 0, INVALID: 1, INCOMPLETE: 2, ERROR: 3 } as const;

export interface Check {
  readonly name: CheckName;
  readonly result: "passed" | "failed" | "skipped" | "not required";
  readonly code: VerifyCode | null;
  readonly reason: string;
}

export interface Report {
  readonly verdict: Verdict;
  readonly exitCode: 0 | 1 | 2 | 3;
  /** The digest of the receipt's core; null where it couldn't be read. */
  readonly receiptId: string | null;
  readonly trustDigest: string;
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  /** Null where the events aren't proven: nothing is answered from a record that doesn't hold. */
  readonly answers: Answers | null;
}

/**
 * Holds a receipt against what its reader trusts. Pure: no network, no clock, no files. Every fault of a stage is collected; the
 * stages that need proven events are skipped where these aren't, and say so.
 */
export function verifyReceipt(bytes: Uint8Array, trust: Trust, options: VerifyOptions = {}): Report {
  try {
    return verifyStages(bytes, trust, options);
  } catch (error) {
    return reportOf({ trust, findings: [finding("VERIFIER_FAILED", {}, (error as Error).message)], reached: 0 });
  }
}

function verifyStages(bytes: Uint8Array, trust: Trust, options: VerifyOptions): Report {
  const { read, findings } = parseReceipt(bytes);
  if (read === null) return reportOf({ trust, findings, reached: 1 });
  const id = receiptId(read.receipt.core);
  const chain = verifyEvents(read.events, trust);
  if (chain.findings.length > 0) return reportOf({ trust, id, findings: chain.findings, reached: 6 });
  const { course, findings: unlawful } = verifyState(chain.events);
  if (course.end === null) return reportOf({ trust, id, findings: unlawful, reached: 8 });
  const policy = verifyPolicy(chain.events, course, read, trust);
  const faults = [
    ...verifyCommands({ events: chain.events, course, decisions: policy.decisions }, read.envelopes, trust),
    ...verifyAttachments(chain.events, read),
    ...policy.findings,
    ...verifyStatement(read, course.end, trust),
    ...verifyDisclosure(chain.events, read),
    ...lackingOf(trust, course.end, chain.events, options),
  ];
  const answers = verdictOf(faults) === "INVALID" ? null : answer(read, chain.events, course.end, policy.decisions);
  return reportOf({ trust, id, findings: faults, reached: 14, answers, decisions: policy.decisions.size, options });
}

/** A report for what isn't even a file to look at, such as a trust file that can't be read. */
export const unusable = (code: VerifyCode, found: string): Pick<Report, "verdict" | "exitCode" | "findings"> => ({
  verdict: "ERROR",
  exitCode: EXIT_CODES.ERROR,
  findings: [finding(code, {}, found)],
});

const answer = (
  read: ReadReceipt,
  events: Parameters<typeof answersOf>[0]["events"],
  end: Opened,
  decisions: Decisions,
): Answers =>
  answersOf({ events, end, receipt: read.receipt, decisions, policies: new Map(read.policies.map(policyName)) });

function policyName({
  bytes,
  digest,
}: Attachment): readonly [string, { readonly name: string; readonly revision: number }] {
  return [digest, parseCanonical(bytes) as unknown as { name: string; revision: number }];
}

interface Outcome {
  readonly trust: Trust;
  readonly id?: string;
  readonly findings: readonly Finding[];
  /** The last stage that ran. */
  readonly reached: number;
  readonly answers?: Answers | null;
  readonly decisions?: number;
  readonly options?: VerifyOptions;
}

function reportOf(outcome: Outcome): Report {
  const verdict = verdictOf(outcome.findings);
  return {
    verdict,
    exitCode: EXIT_CODES[verdict],
    receiptId: outcome.id ?? null,
    trustDigest: trustDigest(outcome.trust),
    checks: CHECKS.map((name) => checkOf(name, outcome)),
    findings: outcome.findings,
    answers: outcome.answers ?? null,
  };
}

/** A contradiction outweighs what couldn't be run, and that outweighs what is lacking. */
function verdictOf(findings: readonly Finding[]): Verdict {
  const made = new Set(findings.map(({ code }) => CODES[code].makes));
  return (["INVALID", "ERROR", "INCOMPLETE"] as const).find((verdict) => made.has(verdict)) ?? "VERIFIED";
}

const STAGE_OF: Readonly<Record<CheckName, number>> = {
  format: 1,
  chain: 6,
  signatures: 6,
  state: 8,
  commands: 9,
  policy: 10,
  statement: 11,
  disclosure: 12,
  log: 14,
  governance: 14,
  passkey: 14,
  witness: 14,
  final: 14,
};
const LATER: readonly CheckName[] = ["log", "governance", "passkey", "witness", "final"];

function checkOf(name: CheckName, { trust, findings, reached, decisions, options }: Outcome): Check {
  const found = findings.filter((f) => f.check === name);
  const worst = found.find((f) => CODES[f.code].makes !== "INCOMPLETE") ?? found[0];
  if (worst)
    return {
      name,
      result: CODES[worst.code].makes === "INCOMPLETE" ? "skipped" : "failed",
      code: worst.code,
      reason: worst.message,
    };
  const outcome = (result: Check["result"], reason = ""): Check => ({ name, result, code: null, reason });
  if (reached < STAGE_OF[name]) return outcome("skipped", "an earlier stage failed");
  if (name === "final" && options?.requireFinal) return outcome("passed");
  if (LATER.includes(name) || isUnasked(name, trust)) return outcome("not required");
  if (name === "policy" && decisions === 0) return outcome("skipped", "no decision was asked for");
  if (name === "policy" && trust.policies === null)
    return outcome("passed", "the trust file names no policy: whose it was isn't proven");
  return outcome("passed");
}

/** Without a key to check with, and nobody asking. */
const isUnasked = (name: CheckName, { recorders, builders, require }: Trust): boolean =>
  (name === "signatures" && recorders.length === 0 && !require.includes("signatures")) ||
  (name === "statement" && builders.length === 0 && !require.includes("statement"));
