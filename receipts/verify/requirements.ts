import type { Opened } from "../../incidents/state.js";
import type { Trust } from "../trust.js";
import { type Finding, finding } from "./codes.js";
import type { ProvenEvent } from "./events.js";

export interface VerifyOptions {
  /** The incident must have ended. */
  readonly requireFinal?: boolean;
}

/**
 * What the reader asks for and this form of the receipt can't show (stages 2 to 5, 7, and parts of 9, 10 and 14): lacking, never
 * passed over.
 */
export function lackingOf(
  trust: Trust,
  end: Opened,
  events: readonly ProvenEvent[],
  { requireFinal = false }: VerifyOptions,
): readonly Finding[] {
  const asks = (check: Trust["require"][number]): boolean => trust.require.includes(check);
  const final = end.phase === "closed" || end.phase === "cancelled";
  return [
    ...(asks("log") || trust.minSize !== null || trust.maxAge !== null ? [finding("LOG_NOT_CHECKED")] : []),
    ...(asks("witness") || trust.witnesses.quorum > 0 ? [finding("WITNESS_NOT_CHECKED")] : []),
    ...(asks("governance") ? [finding("GOVERNANCE_NOT_CHECKED")] : []),
    ...(asks("passkey") ? [finding("PASSKEY_NOT_CHECKED")] : []),
    ...weakApprovals(trust, events),
    ...(requireFinal && !final ? [finding("NOT_FINAL", {}, end.phase)] : []),
  ];
}

/** Of the approvals that an action rests on, those below the reader's minimum. */
function weakApprovals(trust: Trust, events: readonly ProvenEvent[]): readonly Finding[] {
  if (trust.minAssurance !== "passkey") return [];
  const used = new Set(
    events.flatMap(({ body }) =>
      body.typ === "StepAuthorised" ? (body.clear as { approvals: readonly string[] }).approvals : [],
    ),
  );
  return events
    .filter(({ body }) => used.has(body.eid) && (body.clear as { assurance?: string }).assurance !== "passkey")
    .map(({ body }) => finding("ASSURANCE_TOO_LOW", { event: body.seq }));
}
