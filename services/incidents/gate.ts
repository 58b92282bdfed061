import { type Json, type JsonObject, parseCanonical } from "../../incidents/canonical.js";
import { digestOf } from "../../incidents/digest.js";
import type { EventBody } from "../../incidents/event.js";
import type { ClearOf } from "../../incidents/events.js";
import type { LogRecord } from "../../incidents/record.js";
import { type Decision, evaluate, parseInputs, policyOfJson } from "../../policy/evaluator.js";
import type { Loaded } from "./load.js";

type GateClear = ClearOf<"GateEvaluated">;

const RECOMPUTED = new WeakMap<Loaded, Decision | null>();

/**
 * The latest decision in full, recomputed from the facts and policies that the record carries: a decision is never recorded, only
 * its digests. Null where none was made, or where the record doesn't give the recorded digest again. Once for each state of an
 * incident, since nothing else goes into it.
 */
export function recomputeDecision(loaded: Loaded): Decision | null {
  if (!RECOMPUTED.has(loaded)) RECOMPUTED.set(loaded, recompute(loaded));
  return RECOMPUTED.get(loaded)!;
}

function recompute({ events, records, state }: Loaded): Decision | null {
  const event = state.gate === null ? undefined : events[state.gate.seq];
  if (event?.typ !== "GateEvaluated") return null;
  const clear = (event as EventBody<"GateEvaluated">).clear as unknown as GateClear;
  const decision = decide(clear, attachmentsOf(records));
  return decision?.decisionDigest === clear.decisionDigest ? decision : null;
}

type Find = (kind: "section" | "policy", digest: string) => Uint8Array | undefined;

function decide(clear: GateClear, find: Find): Decision | null {
  const active = find("policy", clear.policyDigest);
  const pinned = find("policy", clear.pinnedDigest);
  const inputs = inputsOf(clear, find);
  if (!active || !pinned || !inputs) return null;
  const context = { gate: clear.gate, ...(clear.step === null ? {} : { step: clear.step }) };
  const old = clear.policyDigest === clear.pinnedDigest ? {} : { pinned: policyOfJson(parseCanonical(pinned)) };
  return evaluate(policyOfJson(parseCanonical(active)), parseInputs(inputs), { ...context, ...old });
}

function inputsOf({ at, sections }: GateClear, find: Find): JsonObject | null {
  const found = Object.entries(sections).map(([name, digest]): [string, Uint8Array | undefined] => [
    name,
    find("section", digest),
  ]);
  if (found.some(([, bytes]) => bytes === undefined)) return null;
  return { at, ...Object.fromEntries(found.map(([name, bytes]): [string, Json] => [name, parseCanonical(bytes!)])) };
}

function attachmentsOf(records: readonly LogRecord[]): Find {
  const byName = new Map<string, Uint8Array>();
  for (const bytes of records.flatMap((record) => record.attachments))
    for (const kind of ["section", "policy"] as const) byName.set(`${kind} ${digestOf(kind, bytes)}`, bytes);
  return (kind, digest) => byName.get(`${kind} ${digest}`);
}
