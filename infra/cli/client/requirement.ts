import type { Missing } from "../../../policy/decision.js";
import { CliProblem, usageProblem } from "../problem.js";
import { namesOf } from "./names.js";
import { oneLine } from "./text.js";
import type { IncidentView } from "./view.js";

export interface Voter {
  readonly id: string;
}

type Approval = Extract<Missing, { kind: "approval" }>;

/**
 * What a person's vote can only be for, where they don't say: an open requirement that counts their vote, or one that they have voted
 * on, where they take that back or change their mind. One of several would be a guess.
 * @throws {CliProblem} REQUIREMENT_NEEDED, NOT_ELIGIBLE, NO_OPEN_REQUIREMENT
 */
export function requirementFor(view: IncidentView, cast: "approve" | "reject" | "revoke", { id }: Voter): string {
  const open = openOf(view).filter(({ eligible }) => eligible.includes(id));
  const toChange = cast === "approve" ? [] : votedOnBy(view, id);
  const mine = [...new Set([...(cast === "revoke" ? [] : open.map(({ requirement }) => requirement)), ...toChange])];
  if (mine.length === 1) return mine[0]!;
  if (mine.length > 1)
    throw usageProblem("REQUIREMENT_NEEDED", `Several are yours; say one with --requirement: ${mine.join(", ")}.`);
  throw cast === "revoke" ? nothingToRevoke(view) : notMine(view, cast);
}

/** The latest vote of each person on each requirement is the one that holds. */
function votedOnBy({ approvals, plan }: IncidentView, id: string): readonly string[] {
  const latest = new Map(
    approvals.votes
      .filter((vote) => vote.plan === plan?.digest && vote.person === id)
      .map((vote) => [vote.requirement, vote.verdict]),
  );
  return [...latest].filter(([, verdict]) => verdict !== "revoke").map(([requirement]) => requirement);
}

const openOf = ({ gate }: IncidentView): readonly Approval[] =>
  (gate?.missing ?? []).filter((missing) => missing.kind === "approval");

function notMine(view: IncidentView, cast: string): CliProblem {
  const open = openOf(view);
  const anyway = `To ${cast} all the same, say --requirement.`;
  if (open.length === 0)
    return new CliProblem("NO_OPEN_REQUIREMENT", `No approval of the current plan is missing. ${anyway}`, 1);
  return new CliProblem("NOT_ELIGIBLE", `None of what is open counts your vote. ${anyway}${whoMay(view, open)}`, 1);
}

const whoMay = (view: IncidentView, open: readonly Approval[]): string =>
  open
    .map(
      ({ requirement, eligible }) =>
        `\n  ${oneLine(requirement)}: ${eligible.map(namesOf(view)).join(", ") || "nobody"}`,
    )
    .join("");

function nothingToRevoke(view: IncidentView): CliProblem {
  const current = view.approvals.votes.filter(({ plan }) => plan === view.plan?.digest);
  const votes = current.map(
    ({ person, verdict, requirement }) => `\n  ${requirement}: ${verdict} by ${namesOf(view)(person)}`,
  );
  return new CliProblem("NO_OPEN_REQUIREMENT", `No vote of yours on the current plan stands.${votes.join("")}`, 1);
}
