import type { Json, JsonObject } from "../incidents/canonical.js";
import { digestOfJson } from "../incidents/digest.js";
import type { Decision } from "./decision.js";
import type { Policy, Require } from "./document.js";
import { PolicyInputError } from "./errors.js";
import type { Inputs } from "./inputs.js";

/** Over the canonical document, defaults filled in. */
export const policyDigest = (policy: Policy): string => digestOfJson("policy", policy);

/**
 * The wording that a vote is bound to: over the canonical `require` of the control that the vote names.
 * @throws {PolicyInputError} `UNKNOWN_REQUIREMENT` where the policy has no such control.
 */
export function requirementDigest(policy: Policy, requirement: string): string {
  const control = policy.controls.find(({ id }) => id === requirement);
  if (!control)
    throw new PolicyInputError("UNKNOWN_REQUIREMENT", `the policy has no requirement ${requirement.slice(0, 60)}`);
  return digestOfRequire(control.require);
}

export const digestOfRequire = (require: Require): string => digestOfJson("requirement", require);

/** A digest per top-level member of the inputs but `at`. */
export function sectionDigests(inputs: Inputs): { readonly [section: string]: string } {
  const { at: _, ...sections } = toJson(inputs) as JsonObject;
  return Object.fromEntries(Object.entries(sections).map(([name, value]) => [name, digestOfJson("section", value)]));
}

export const inputsDigest = (at: string, sections: { readonly [section: string]: string }): string =>
  digestOfJson("inputs", { at, sections });

/** Over what a decision means: wording may be improved without changing what was decided. */
export const decisionDigest = (decision: Omit<Decision, "decisionDigest">): string =>
  digestOfJson("decision", withoutWording(toJson(decision)));

const WORDING: ReadonlySet<string> = new Set(["title", "because", "text"]);

function withoutWording(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutWording);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value as JsonObject).filter(([key]) => !WORDING.has(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutWording(member)]));
}

/** A member that is undefined is one that is absent. */
function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value as Json;
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([key, member]) => [key, toJson(member)]));
}
