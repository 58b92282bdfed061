import { nextCommand } from "./hints.js";
import { namesOf } from "./names.js";
import { gateLines } from "./show-gate.js";
import { planLines } from "./show-plan.js";
import { alertLines, approvalLines, evidenceLines, taskLines } from "./show-work.js";
import { cut, oneLine, type Paint, relative, short } from "./text.js";
import type { IncidentView } from "./view.js";

const LABEL_WIDTH = 10;

/** The incident on one screen: what it is, what must happen next, and then what that rests on. Sections with nothing in them say so. */
export function incidentLines(view: IncidentView, paint: Paint, now: number): readonly string[] {
  const section = (label: string, lines: readonly string[]) =>
    labelled(paint("bold", label.padEnd(LABEL_WIDTH)), lines);
  return [
    ...headLines(view, paint, now),
    "",
    ...section("NEXT", nextLines(view, paint)),
    "",
    ...section("PLAN", planLines(view, paint)),
    ...section("GATE", gateLines(view, paint, now)),
    ...section("APPROVALS", approvalLines(view, paint, now)),
    ...section("EVIDENCE", evidenceLines(view, paint, now)),
    ...section("TASKS", taskLines(view, now)),
    ...section("ALERTS", alertLines(view)),
    ...section("RECEIPT", receiptLines(view)),
  ];
}

const labelled = (label: string, lines: readonly string[]): readonly string[] =>
  (lines.length === 0 ? ["none"] : lines).map((line, i) => (i === 0 ? label : " ".repeat(LABEL_WIDTH)) + line);

function headLines(view: IncidentView, paint: Paint, now: number): readonly string[] {
  const { inc, title, phase, severity, urgency, services, owner, openedAt, drill, acknowledged } = view;
  const facts = [view.class, `${urgency} urgency`, ...(services.length > 0 ? [services.map(oneLine).join(", ")] : [])];
  return [
    ...(drill ? [paint(["bold", "magenta"], "DRILL: sandbox connectors only")] : []),
    paint("bold", cut(title, 110)),
    `${paint(phaseStyle(phase), phase.toUpperCase())}  SEV-${severity}  ${facts.join(" · ")}`,
    `owner ${owner === null ? paint("yellow", "nobody yet") : namesOf(view)(owner)}  ${acknowledged ? "acknowledged" : paint("yellow", "not acknowledged")}  opened ${relative(openedAt, now)} (${openedAt})`,
    paint("dim", inc),
  ];
}

const phaseStyle = (phase: IncidentView["phase"]) =>
  phase === "closed" || phase === "cancelled"
    ? "dim"
    : phase === "resolved"
      ? "green"
      : phase === "executing"
        ? "cyan"
        : "yellow";

function nextLines(view: IncidentView, paint: Paint): readonly string[] {
  const { text, who } = view.nextRequiredAction;
  const command = nextCommand(view);
  return [
    `${paint(["bold", "cyan"], oneLine(text))}${who === "nobody" ? "" : `  (${namesOf(view)(who)})`}`,
    ...(command === null ? [] : [paint("dim", `$ countersign ${command}`)]),
  ];
}

const receiptLines = ({ inc, count, head, phase }: IncidentView): readonly string[] => [
  `${count} events, head ${short(head)}, ${phase === "closed" || phase === "cancelled" ? "final" : "interim until it is closed"}: countersign receipt get ${inc} --out receipt.json`,
];
