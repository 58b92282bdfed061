/** The evaluator without the YAML edge: what the verifier and the browser import. */
export type {
  ControlResult,
  Debt,
  Decision,
  Discount,
  DiscountReason,
  EvidenceCondition,
  Gate,
  Missing,
  NextStep,
  Outcome,
  Verdict,
  Way,
} from "./decision.js";
export { policyDigest, requirementDigest } from "./digests.js";
export type { ApprovalRequirement, Control, EvidenceRequirement, Policy, Require, When } from "./document.js";
export {
  PolicyError,
  type PolicyInputCode,
  PolicyInputError,
  type PolicyProblem,
  type PolicyProblemCode,
} from "./errors.js";
export { type Context, evaluate } from "./evaluate.js";
export type {
  Approval,
  Assurance,
  Delegation,
  Directory,
  Evidence,
  Exception,
  Inputs,
  Person,
  Plan,
  Target,
} from "./inputs.js";
export { parseInputs } from "./inputs-json.js";
export { policyOfJson } from "./policy-json.js";
export { groupsAtVote, groupsRead } from "./reads.js";
