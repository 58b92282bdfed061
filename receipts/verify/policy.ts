import { byCodeUnit, canonicalText, type Json, type JsonObject, parseCanonical } from "../../incidents/canonical.js";
import { digestOfJson } from "../../incidents/digest.js";
import type { ClearOf } from "../../incidents/events.js";
import { factsOf } from "../../incidents/facts.js";
import type { Opened, State } from "../../incidents/state.js";
import { RISKS } from "../../incidents/vocabulary.js";
import {
  type Decision,
  evaluate,
  type Inputs,
  type Policy,
  parseInputs,
  policyOfJson,
} from "../../policy/evaluator.js";
import type { Trust } from "../trust.js";
import { type Finding, finding } from "./codes.js";
import type { ProvenEvent } from "./events.js";
import type { Attachment } from "./parse.js";
import type { Course } from "./state.js";

/** Decisions by the seq of their GateEvaluated: recomputed, since the record holds their digests only. */
export type Decisions = ReadonlyMap<number, Decision>;

type GateClear = ClearOf<"GateEvaluated">;

interface Library {
  readonly sections: ReadonlyMap<string, Json | null>;
  readonly policies: ReadonlyMap<string, Policy | null>;
}

/** Stage 10: every decision again, from the facts that were recorded and under the policies that were in force. */
export function verifyPolicy(
  events: readonly ProvenEvent[],
  course: Course,
  read: { readonly facts: readonly Attachment[]; readonly policies: readonly Attachment[] },
  trust: Trust,
): { readonly decisions: Decisions; readonly findings: readonly Finding[] } {
  const library: Library = {
    sections: parsed(read.facts, (json) => json),
    policies: parsed(read.policies, policyOfJson),
  };
  const decisions = new Map<number, Decision>();
  const findings = events.flatMap(({ body }) => {
    if (body.typ !== "GateEvaluated") return [];
    const clear = body.clear as unknown as GateClear;
    const faults = pinFaults(clear, body.seq, trust);
    const decided = decideAgain(clear, body.seq, course.before[body.seq]!, library);
    if (decided.decision) decisions.set(body.seq, decided.decision);
    return [...faults, ...decided.findings];
  });
  return { decisions, findings: [...findings, ...unnamed(trust)] };
}

/** Null where the bytes are there but aren't what they should be. */
function parsed<T>(attachments: readonly Attachment[], read: (json: Json) => T): ReadonlyMap<string, T | null> {
  const attempt = (bytes: Uint8Array): T | null => {
    try {
      return read(parseCanonical(bytes));
    } catch {
      return null;
    }
  };
  return new Map(attachments.map(({ bytes, digest }) => [digest, attempt(bytes)]));
}

function pinFaults({ policyDigest, pinnedDigest }: GateClear, event: number, trust: Trust): readonly Finding[] {
  if (trust.policies === null) return [];
  const unknown = [...new Set([policyDigest, pinnedDigest])].filter((digest) => !trust.policies!.includes(digest));
  return unknown.map((digest) => finding("POLICY_NOT_PINNED", { event }, digest));
}

const unnamed = (trust: Trust): readonly Finding[] =>
  trust.policies === null && trust.require.includes("policy") ? [finding("POLICY_NOT_NAMED")] : [];

interface Decided {
  readonly decision?: Decision;
  readonly findings: readonly Finding[];
}

function decideAgain(clear: GateClear, event: number, before: State, library: Library): Decided {
  const active = policyIn(library, clear.policyDigest, event, "/clear/policyDigest");
  const pinned = policyIn(library, clear.pinnedDigest, event, "/clear/pinnedDigest");
  const inputs = inputsIn(library, clear, event);
  const findings = [...active.findings, ...pinned.findings, ...inputs.findings];
  if (!active.value || !pinned.value || !inputs.value) return { findings };
  const facts = [...factsFaults(inputs.value, before as Opened, event), ...unauthorised(inputs.value, clear, event)];
  const decision = evaluated(active.value, inputs.value, clear, pinned.value);
  if (decision === null) return { findings: [...facts, finding("FACTS_MALFORMED", { event }, "they can't be judged")] };
  return { decision, findings: [...facts, ...decisionFaults(decision, clear, event)] };
}

interface Found<T> {
  readonly value?: T;
  readonly findings: readonly Finding[];
}

function policyIn({ policies }: Library, digest: string, event: number, path: string): Found<Policy> {
  const policy = policies.get(digest);
  if (policy) return { value: policy, findings: [] };
  return { findings: [finding(policy === null ? "POLICY_MALFORMED" : "POLICY_MISSING", { event, path }, digest)] };
}

function inputsIn({ sections }: Library, clear: GateClear, event: number): Found<Inputs> {
  const names = Object.keys(clear.sections).sort(byCodeUnit) as (keyof GateClear["sections"])[];
  const absent = names.filter((name) => !sections.has(clear.sections[name]));
  if (absent.length > 0)
    return { findings: absent.map((name) => finding("FACTS_MISSING", { event, path: `/clear/sections/${name}` })) };
  const digest = digestOfJson("inputs", { at: clear.at, sections: clear.sections });
  const findings =
    digest === clear.inputsDigest ? [] : [finding("INPUTS_MISMATCH", { event, path: "/clear/inputsDigest" })];
  const json: JsonObject = {
    at: clear.at,
    ...Object.fromEntries(names.map((name) => [name, sections.get(clear.sections[name])!])),
  };
  try {
    return { value: parseInputs(json), findings };
  } catch (error) {
    return { findings: [...findings, finding("FACTS_MALFORMED", { event }, (error as Error).message)] };
  }
}

/** What the chain itself knows, no snapshot may say otherwise. The catalogue may add to a target, and raise a risk. */
function factsFaults(inputs: Inputs, before: Opened, event: number): readonly Finding[] {
  const known = factsOf(before);
  const { plan, ...rest } = known;
  const recorded = { ...inputs.plan, risk: plan.risk, targets: inputs.plan.targets.map(({ id }) => ({ id })) };
  const differing = (["incident", "approvals", "evidence"] as const).filter((name) => !same(inputs[name], rest[name]));
  const planDiffers = !same(recorded, plan) || rank(inputs.plan.risk) < rank(plan.risk);
  return [...differing, ...(planDiffers ? ["plan"] : [])].map((name) =>
    finding("FACTS_MISMATCH", { event, path: `/clear/sections/${name}` }),
  );
}

/** What waives a control or lends a vote comes from the governance chain or an event; this form of the receipt has neither. */
function unauthorised(inputs: Inputs, { governanceHead }: GateClear, event: number): readonly Finding[] {
  const given = {
    "sections/exceptions": inputs.exceptions.length > 0,
    "sections/directory": inputs.directory.delegations.length > 0,
    "sections/breakGlass": inputs.breakGlass !== null,
    "sections/calendars": Object.keys(inputs.calendars).length > 0,
    governanceHead: governanceHead !== null,
  };
  const named = Object.entries(given).filter(([, isGiven]) => isGiven);
  return named.map(([path]) => finding("FACTS_UNAUTHORISED", { event, path: `/clear/${path}` }));
}

const same = (a: unknown, b: unknown): boolean => canonicalText(a as Json) === canonicalText(b as Json);
const rank = (risk: string): number => (RISKS as readonly string[]).indexOf(risk);

function evaluated(
  policy: Policy,
  inputs: Inputs,
  { gate, step, policyDigest, pinnedDigest }: GateClear,
  pinned: Policy,
): Decision | null {
  try {
    return evaluate(policy, inputs, {
      gate,
      ...(step === null ? {} : { step }),
      ...(policyDigest === pinnedDigest ? {} : { pinned }),
    });
  } catch {
    return null;
  }
}

function decisionFaults(decision: Decision, clear: GateClear, event: number): readonly Finding[] {
  const names = ["verdict", "mode", "validUntil", "decisionDigest"] as const;
  return names
    .filter((name) => decision[name] !== clear[name])
    .map((name) =>
      finding(
        "DECISION_MISMATCH",
        { event, path: `/clear/${name}` },
        `recorded ${clear[name]}, evaluated ${decision[name]}`,
      ),
    );
}
