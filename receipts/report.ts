import type { ActionAnswer } from "./verify/actions.js";
import type { Word } from "./verify/answer-types.js";
import type { Answers, Check, Report } from "./verify/index.js";

/** A line of the report; `tone` is for terminals that have colours. */
export interface Line {
  readonly text: string;
  readonly tone: "plain" | "title" | "good" | "bad" | "warn" | "dim";
}

const line = (text: string, tone: Line["tone"] = "plain"): Line => ({ text: harmless(text), tone });

/**
 * A receipt's words are its writer's: controls, line ends and marks of direction are shown as codes, so that no value can paint
 * over a verdict or pass for a line of the report.
 */
const harmless = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
const TONES = { VERIFIED: "good", INVALID: "bad", INCOMPLETE: "warn", ERROR: "bad" } as const;
const MARKS = { passed: "✓", failed: "✗", skipped: "–", "not required": "·" } as const;

/** The report in words: verdict first, then what is wrong, then the six questions, and always what is not proven. */
export function reportInWords(report: Report, { explain = false } = {}): readonly Line[] {
  const { verdict, answers } = report;
  const standing = answers === null ? "" : `${answers.standing}: `;
  const of = answers === null ? "" : `, incident ${answers.inc} of ${answers.org}${answers.drill ? " (a drill)" : ""}`;
  return [
    line(`${standing}${verdict}${of}`, TONES[verdict]),
    ...report.findings.map((f) =>
      line(
        `  ${f.code}${f.event === null ? "" : ` at event ${f.event}`}${f.path === "" ? "" : ` ${f.path}`}: ${f.message}`,
        "bad",
      ),
    ),
    line(""),
    line("Checks", "title"),
    ...report.checks.map(checkLine),
    ...(answers === null
      ? [line(""), line("Nothing is answered from a record that doesn't hold.", "warn")]
      : inAnswers(answers, checkedBy(report.checks), explain)),
    line(""),
    ...closing(report),
  ];
}

const CHECK_TONES = { passed: "good", failed: "bad", skipped: "warn", "not required": "dim" } as const;

const checkLine = ({ name, result, code, reason }: Check): Line =>
  line(
    `  ${MARKS[result]} ${name.padEnd(11)} ${result}${code === null ? "" : ` ${code}`}${reason === "" || code !== null ? "" : ` (${reason})`}`,
    CHECK_TONES[result],
  );

const rests = (withheld: number, on: string): Line =>
  line(
    `  rests on: ${on}; ${withheld === 0 ? "nothing withheld" : `${withheld} ${withheld === 1 ? "field" : "fields"} withheld`}`,
    "dim",
  );

/** Whose word the answers rest on: nobody's where the reader named no key to check with. */
interface Vouched {
  readonly events: string;
  readonly commands: string;
  readonly head: string;
}

function checkedBy(checks: readonly Check[]): Vouched {
  const passed = (name: Check["name"]): boolean =>
    checks.some((check) => check.name === name && check.result === "passed");
  const signed = passed("signatures");
  return {
    events: signed ? "events signed by the recorder" : "events whose signatures were NOT checked",
    commands: signed ? "commands that the gateway signed" : "commands whose signatures were NOT checked",
    head: passed("statement") ? "the head that the builder signed" : "a head whose signature was NOT checked",
  };
}

function inAnswers(a: Answers, by: Vouched, explain: boolean): readonly Line[] {
  return [
    ...section(
      "1. What was asked, and by whom?",
      requestLines(a),
      rests(a.request.withheld, `${by.events}, ${by.commands}`),
    ),
    ...section(
      "2. Who approved it?",
      approvalLines(a),
      rests(a.approvals.withheld, `votes at ${assurances(a)} assurance, in ${by.commands}`),
    ),
    ...section(
      "3. Under what policy?",
      policyLines(a, explain),
      rests(a.policy.withheld, "every decision evaluated again from its recorded facts"),
    ),
    ...section(
      "4. What was done?",
      actionLines(a),
      rests(a.actions.withheld, `${by.events}; results as the connectors read them back`),
    ),
    ...section(
      "5. What supports it?",
      supportLines(a),
      rests(a.support.withheld, "evidence by reference and digest; the files themselves are not in the receipt"),
    ),
    ...section("6. Is it intact and attributable, and what is open?", [...intactLines(a, by), ...openLines(a)]),
  ];
}

const section = (title: string, lines: readonly Line[], ...foot: readonly Line[]): readonly Line[] => [
  line(""),
  line(title, "title"),
  ...lines,
  ...foot,
];

const quoted = ({ text, withheld }: Word): string =>
  withheld ? "(withheld)" : text === null ? "(nothing said)" : `"${text}"`;
const plain = ({ text, withheld }: Word): string =>
  withheld ? "(withheld)" : text === null ? "none" : referenceIn(text);

/** A connector's reference in words; any other value as it is. */
function referenceIn(text: string): string {
  try {
    const { system, id, version, url } = JSON.parse(text) as { [member: string]: unknown };
    return [system, id, version, url].every((member) => typeof member === "string")
      ? `${system} ${id} (version ${version}), ${url}`
      : text;
  } catch {
    return text;
  }
}

function requestLines({ request }: Answers): readonly Line[] {
  return [
    line(`  Opened by ${request.by}: ${quoted(request.title)}, ${quoted(request.request)}`),
    line(`  Class ${request.class}, severity ${request.severity}`),
    ...request.plans.map((p) =>
      line(
        `  Plan ${short(p.digest)} (event ${p.seq}) by ${p.by}: ${quoted(p.title)}, ${quoted(p.request)}; its text ${p.text}`,
      ),
    ),
  ];
}

const assurances = ({ approvals }: Answers): string =>
  [...new Set(approvals.votes.map((v) => v.assurance))].sort().join(" and ") || "no";

function approvalLines({ approvals }: Answers): readonly Line[] {
  const votes = approvals.votes.map((v) =>
    line(
      `  ${v.by} ${v.verdict} ${v.requirement} at ${v.at} (event ${v.seq})${v.comment.text === null && !v.comment.withheld ? "" : `: ${quoted(v.comment)}`}`,
    ),
  );
  const refused = approvals.refused.map((r) =>
    line(
      `  Refused: ${r.command}${r.requirement === null ? "" : ` on ${r.requirement}`} by ${r.by}: ${r.code} (event ${r.seq})`,
    ),
  );
  return votes.length + refused.length === 0 ? [line("  Nobody was asked.")] : [...votes, ...refused];
}

function policyLines({ policy }: Answers, explain: boolean): readonly Line[] {
  const named = policy.policies.map((p) => line(`  ${p.name}, revision ${p.revision}, ${short(p.digest)}`));
  const decisions = policy.decisions.map((d) =>
    line(
      `  Event ${d.seq}: ${d.gate}${d.step === null ? "" : ` of ${d.step}`} at ${d.at}: ${d.verdict}${explain ? `. ${d.nextStep}` : ""}`,
    ),
  );
  return named.length === 0 ? [line("  No decision was asked for.")] : [...named, ...decisions];
}

const actionLines = ({ actions }: Answers): readonly Line[] =>
  actions.steps.length === 0 ? [line("  Nothing was done.")] : actions.steps.flatMap(actionOf);

const actionOf = (s: ActionAnswer): readonly Line[] => [
  line(
    `  ${s.rollback ? "Rollback of step" : "Step"} ${s.step} (event ${s.seq}): ${s.connector} ${s.action} on ${s.targets.join(", ")}: ${s.outcome}`,
  ),
  ...(["reference", "before", "after", "result"] as const)
    .filter((name) => s[name].withheld || s[name].text !== null)
    .map((name) => line(`    ${name.padEnd(9)} ${oneLine(plain(s[name]))}`)),
  line(
    `    decision ${short(s.decision)}, approvals ${s.approvals.length === 0 ? "none needed" : s.approvals.map((seq) => `event ${seq}`).join(", ")}`,
  ),
];

/** What a system answered may have lines of its own; in a report it has one. */
const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ").trim();

const supportLines = ({ support }: Answers): readonly Line[] => [
  ...support.evidence.map((e) => line(`  ${e.type}, ${e.status}, by ${e.by} (event ${e.seq}), ${plain(e.reference)}`)),
  ...support.checks.map((text) => line(`  ${text}`)),
  ...(support.evidence.length + support.checks.length === 0 ? [line("  Nothing was attached.")] : []),
];

const intactLines = (a: Answers, { head }: Vouched): readonly Line[] => [
  line(`  ${a.count} events from ${a.openedAt} to ${a.lastAt}, none missing up to ${head}: ${short(a.head)}`),
  line("  Completeness is asserted by the operator: no log or witness was checked."),
];

const openLines = ({ open, phase }: Answers): readonly Line[] =>
  open.length === 0
    ? [line(`  Nothing is open. The incident is ${phase}.`)]
    : open.map((text) => line(`  Open: ${text}`, "warn"));

const NOT_PROVEN = [
  "events that were never recorded, and incidents run elsewhere",
  "that directory, catalogue and connected systems said what the record says of them",
  "that an honest key didn't sign a falsehood, or that a screen showed what was signed",
  "that no other version of this incident exists (no log was checked)",
] as const;

const closing = ({ trustDigest, receiptId }: Report): readonly Line[] => [
  line("Not proven", "title"),
  ...NOT_PROVEN.map((text) => line(`  ${text}`)),
  line(`Trust file ${short(trustDigest)}${receiptId === null ? "" : `, receipt ${short(receiptId)}`}`, "dim"),
];

const short = (digest: string): string => digest.slice(0, 12);
