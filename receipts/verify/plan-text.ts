import { unb64u } from "../../incidents/bytes.js";
import { canonicalize, canonicalText, type Json, type JsonObject } from "../../incidents/canonical.js";
import { blindedDigest } from "../../incidents/digest.js";
import type { ClearOf } from "../../incidents/events.js";
import type { Opening } from "../format.js";
import { type Finding, finding } from "./codes.js";
import type { ProvenEvent } from "./events.js";
import { nameOf } from "./slot-names.js";

/**
 * Where a plan's words are opened, they must be those of the digest that people approved, and say what the event shows of them.
 * Withheld words are not checked, and the report says so.
 */
export function planTextFaults(events: readonly ProvenEvent[], openings: readonly Opening[]): readonly Finding[] {
  const plans = openings.filter(({ path }) => path === "/plan" || path === "/planBlind");
  const values = new Map(plans.map((opening) => [nameOf(opening), opening.value as Json]));
  return events.flatMap(({ body }) => {
    if (body.typ !== "PlanProposed") return [];
    const text = values.get(nameOf({ seq: body.seq, path: "/plan" }));
    const blind = values.get(nameOf({ seq: body.seq, path: "/planBlind" }));
    if (text === undefined || blind === undefined) return [];
    const clear = body.clear as unknown as ClearOf<"PlanProposed">;
    return isOfDigest(text, blind, clear.plan) && isShown(text, clear)
      ? []
      : [finding("PLAN_TEXT_MISMATCH", { event: body.seq, path: "/plan" })];
  });
}

function isOfDigest(text: Json, blind: Json, digest: string): boolean {
  try {
    return typeof blind === "string" && blindedDigest("plan", unb64u(blind), canonicalize(text)) === digest;
  } catch {
    return false;
  }
}

/** Everything that the event shows of the plan stands in its words too; the words say more. */
function isShown(text: Json, { risk, steps, successCheck }: ClearOf<"PlanProposed">): boolean {
  const plan = asObject(text);
  const worded = Array.isArray(plan.steps) ? (plan.steps as readonly Json[]).map(shownOfStep) : [];
  const check = asObject(plan.successCheck);
  const shown = { risk, steps, successCheck } as unknown as Json;
  const said = {
    risk: plan.risk ?? null,
    steps: worded,
    successCheck: { kind: check.kind ?? null, person: check.person ?? null },
  };
  return canonicalText(said) === canonicalText(shown);
}

function shownOfStep(step: Json): Json {
  const { params: _, rollback, ...rest } = asObject(step);
  return { ...rest, rollback: asObject(rollback).action ?? null };
}

const asObject = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
