import { namesOf } from "./names.js";
import { missingSentence } from "./show-gate.js";
import { cut, oneLine, type Paint, relative, short } from "./text.js";
import type { IncidentView } from "./view.js";

/** Votes on the current plan, newest last, and whether each still stands. */
export function approvalLines(
  { plan, approvals, ...view }: IncidentView,
  paint: Paint,
  now: number,
): readonly string[] {
  const name = namesOf(view);
  const current = approvals.votes.filter((vote) => vote.plan === plan?.digest);
  const older = approvals.votes.length - current.length;
  const lines = current.map(({ eid, at, person, verdict, requirement }) => {
    const stands = verdict !== "approve" || approvals.standing.includes(eid);
    return `${paint(verdict === "approve" && stands ? "green" : "red", verdict)} ${requirement} by ${name(person)}, ${relative(at, now)}${stands ? "" : " (replaced)"}`;
  });
  return older > 0 ? [...lines, `${older} on earlier plans`] : lines;
}

export function evidenceLines({ evidence, ...view }: IncidentView, paint: Paint, now: number): readonly string[] {
  const name = namesOf(view);
  const have = evidence.have.map(({ eid, type, status, plan, by, at, reference }) => {
    const about = plan === null ? "incident" : `plan ${short(plan)}`;
    return `${paint(status === "verified" ? "green" : "yellow", status)} ${oneLine(type)} (${about}) by ${name(by)}, ${relative(at, now)}  ${paint("dim", eid.slice(0, 8))}  ${cut(reference, 60)}`;
  });
  return [...have, ...evidence.required.map((missing) => paint("red", `missing: ${missingSentence(missing)}`))];
}

/** What is open first; what is settled is only counted. */
export function taskLines({ tasks, debts, ...view }: IncidentView, now: number): readonly string[] {
  const name = namesOf(view);
  const open = tasks.filter(({ status }) => status === "open");
  const settled = tasks.length - open.length;
  return [
    ...open.map(
      ({ eid, title, owner, dueAt }) =>
        `${eid.slice(0, 8)}  ${cut(title, 80)}  ${owner === null ? "nobody's" : name(owner)}${dueAt ? `, due ${relative(dueAt, now)}` : ""}`,
    ),
    ...debts
      .filter(({ open: owed }) => owed)
      .map(({ id, dueAt }) => `owed: ${oneLine(id)}, due ${relative(dueAt, now)}`),
    ...(settled > 0 ? [`${settled} done or dropped`] : []),
  ];
}

export function alertLines({ alerts, suppressedAlerts }: IncidentView): readonly string[] {
  if (alerts.length === 0 && suppressedAlerts === 0) return [];
  const firing = alerts.filter((alert) => alert.firing).length;
  return [`${firing} of ${alerts.length} firing${suppressedAlerts > 0 ? `, ${suppressedAlerts} more counted` : ""}`];
}
