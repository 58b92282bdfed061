import { unb64u } from "../incidents/bytes.js";
import { canonicalize, type Json } from "../incidents/canonical.js";
import { blindedDigest } from "../incidents/digest.js";
import { parseEvent } from "../incidents/event.js";
import type { SealedTriple } from "../incidents/events.js";
import type { PlanMeaning } from "../incidents/plan.js";
import { parseRecord } from "../incidents/record.js";
import type { Claims, SealedValues } from "./ports.js";

export class PlanMismatch extends Error {
  override readonly name = "PlanMismatch";
}

export interface PlanPorts {
  readonly claims: Claims;
  readonly sealed: SealedValues;
}

/** The sealed plan behind an acknowledged PlanProposed. @throws {PlanMismatch} where it isn't the plan of that digest. */
export async function openProposedPlan(
  ports: PlanPorts,
  org: string,
  inc: string,
  seq: number,
  digest: string,
): Promise<PlanMeaning> {
  const record = await ports.claims.acknowledged(org, inc, seq);
  if (record === null) throw new PlanMismatch(`no acknowledged event ${seq}`);
  const event = parseEvent(parseRecord(record).event);
  if (event.typ !== "PlanProposed") throw new PlanMismatch(`event ${seq} is ${event.typ}, not PlanProposed`);
  return openPlan(ports.sealed, org, inc, event.sealed, digest);
}

/** Opens a plan and checks that the blinded digest is over these very bytes. */
export async function openPlan(
  sealed: SealedValues,
  org: string,
  inc: string,
  triples: readonly SealedTriple[],
  digest: string,
): Promise<PlanMeaning> {
  const wanted = ["/plan", "/planBlind"].map((path) => triples.find((triple) => triple[0] === path));
  if (wanted.includes(undefined)) throw new PlanMismatch("the plan's slots are missing");
  const [plan, blind] = await sealed.open(org, inc, wanted as SealedTriple[]);
  if (typeof blind !== "string" || blindedDigest("plan", unb64u(blind), canonicalize(plan as Json)) !== digest)
    throw new PlanMismatch("the sealed plan is not the one of this digest");
  return plan as unknown as PlanMeaning;
}
