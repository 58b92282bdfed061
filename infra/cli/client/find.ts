import { CliProblem, usageProblem } from "../problem.js";
import type { Api } from "./api.js";
import { cut } from "./text.js";
import type { IncidentList, IncidentSummary, IncidentView } from "./view.js";

/** How many incidents a prefix is looked up among: as many as the API lists. */
const LISTED = 500;

/** The id that a person means by an id, the beginning of one, or `latest`. @throws {CliProblem} */
export async function findInc(api: Api, word: string): Promise<string> {
  if (/^inc_[0-9a-z]{26}$/.test(word)) return word;
  if (word === "latest") return latest((await listIncidents(api, 1)).incidents);
  if (!/^inc_[0-9a-z]{6,25}$/.test(word))
    throw usageProblem(
      "INC_INVALID",
      `Expected an incident's id, inc_ with at least 6 characters of one, or latest; found ${cut(word, 40)}.`,
    );
  const found = (await listIncidents(api, LISTED)).incidents.filter(({ inc }) => inc.startsWith(word));
  if (found.length === 1) return found[0]!.inc;
  if (found.length === 0)
    throw new CliProblem("INCIDENT_UNKNOWN", `None of the latest ${LISTED} incidents begins with ${word}.`, 1);
  throw usageProblem("INC_AMBIGUOUS", `${word} is the beginning of ${found.map(({ inc }) => inc).join(", ")}.`);
}

export const listIncidents = async (api: Api, limit: number): Promise<IncidentList> =>
  (await api.get(`/incidents?limit=${limit}`)) as unknown as IncidentList;

function latest(incidents: readonly IncidentSummary[]): string {
  if (incidents.length > 0) return incidents[0]!.inc;
  throw new CliProblem("NO_INCIDENTS", "There is no incident yet.", 1);
}

export const readIncident = async (api: Api, word: string): Promise<IncidentView> =>
  (await api.get(`/incidents/${await findInc(api, word)}`)) as unknown as IncidentView;

/**
 * The digest of the current plan. A person who insists on one gets that one or nothing.
 * @throws {CliProblem} NO_PLAN, PLAN_CHANGED
 */
export function planDigestOf({ plan }: IncidentView, insisted?: string): string {
  if (plan === null) throw new CliProblem("NO_PLAN", "The incident has no plan.", 1);
  if (insisted === undefined || plan.digest.startsWith(insisted)) return plan.digest;
  throw new CliProblem(
    "PLAN_CHANGED",
    `The current plan is ${plan.digest}, not the one that you named: look at it again.`,
    1,
  );
}

/** The event id of a task or of evidence, by itself or by its first characters. @throws {CliProblem} */
export function eidOf(what: string, items: readonly { readonly eid: string }[], word: string): string {
  if (/^[0-9a-f]{32}$/.test(word)) return word;
  if (!/^[0-9a-f]{4,31}$/.test(word))
    throw usageProblem("EID_INVALID", `Expected the id of ${what}, or at least its first 4 hex digits.`);
  const found = items.filter(({ eid }) => eid.startsWith(word));
  if (found.length === 1) return found[0]!.eid;
  if (found.length === 0) throw new CliProblem("EID_UNKNOWN", `The incident has no ${what} ${word}.`, 1);
  throw usageProblem("EID_AMBIGUOUS", `${word} is the beginning of ${found.map(({ eid }) => eid).join(", ")}.`);
}
