import type { JsonObject } from "../../incidents/canonical.js";
import { isMember } from "../identity/access.js";
import type { Ports, Principal } from "../ports.js";
import { findIncident, type Loaded } from "./load.js";
import { type Names, namesIn } from "./names.js";
import { rowOf } from "./view.js";

const ROWS = new WeakMap<Loaded, JsonObject>();

export interface IncidentList extends Partial<Names> {
  readonly incidents: readonly JsonObject[];
}

/**
 * The latest incidents, newest first. One query says where each stands; what hasn't changed since it was shown is shown again without
 * folding, judging or opening anything. Titles and names are for members.
 */
export async function listIncidents(
  { incidents, vault, catalogue }: Ports,
  caller: Principal,
  limit: number,
): Promise<IncidentList> {
  const { org } = caller;
  const listed = await incidents.list(org, limit);
  const found = await Promise.all(listed.map(({ inc, head }) => findIncident(incidents, org, inc, head)));
  const rows = await Promise.all(
    found
      .filter((loaded) => loaded !== null)
      .map(async (loaded) => keep(loaded, ROWS.get(loaded) ?? (await rowOf(vault, loaded)))),
  );
  if (!isMember(caller)) return { incidents: rows.map((row) => ({ ...row, title: null })) };
  return { incidents: rows, ...(await namesIn(catalogue, org, rows)) };
}

/** Whatever changes an incident makes a new `Loaded` of it, an erasure too. */
function keep(loaded: Loaded, row: JsonObject): JsonObject {
  ROWS.set(loaded, row);
  return row;
}
