import type { NEXT_STEPS } from "./decision.js";
import type { Assurance } from "./inputs.js";

/**
 * A policy in its canonical form, with every default filled in: plain data whose canonical JSON is what the digest covers and what
 * a receipt carries. `calendars`, `breakGlass`, `override`, `inside`, `outside` and `deny` have no member here until their
 * evaluation is built; a document that uses one is refused at load.
 */
export type Policy = {
  readonly apiVersion: "policy/v1";
  readonly semantics: 1;
  readonly name: string;
  /** For people; the digest is the version. */
  readonly revision: number;
  readonly owner: string;
  readonly inFlight: "strictest";
  readonly defaults: Defaults;
  readonly controls: readonly Control[];
  readonly nextSteps: readonly (typeof NEXT_STEPS)[number][];
};

export type Defaults = {
  readonly approval: {
    readonly expiresAfter: string;
    readonly membership: "then-and-now";
    readonly onReject: "veto";
    readonly binds: readonly ["plan", "requirement"];
  };
  readonly onePersonOneSeat: true;
  readonly notAllowedToApprove: readonly ["plan.authors", "plan.requester", "plan.executor"];
  readonly unknownFact: "block";
};

export type Control = {
  readonly id: string;
  readonly title: string;
  readonly when: When;
  readonly require: Require;
  readonly waivable: "by-exception" | "never";
};

/** All members hold; a list means any of; `anyTarget`: one target meets all its members; `tags`: has any. */
export type When = {
  readonly "incident.severity"?: readonly number[];
  readonly "incident.class"?: readonly string[];
  readonly "incident.status"?: readonly string[];
  readonly "plan.risk"?: readonly string[];
  readonly anyTarget?: TargetWhen;
};

export type TargetWhen = {
  readonly env?: readonly string[];
  readonly tier?: readonly number[];
  readonly tags?: readonly string[];
};

/** Exactly one of the kinds. */
export type Require =
  | { readonly approval: ApprovalRequirement }
  | { readonly evidence: readonly EvidenceRequirement[] }
  | { readonly separation: "known-persons" }
  | { readonly noOtherActionOn: "plan.targets" };

export type ApprovalRequirement = (
  | { readonly from: string; readonly count: number }
  | { readonly seats: readonly string[]; readonly count: number }
) & {
  /** A duration in its largest whole unit: `90m`, `4h`, `2d`. */
  readonly expiresAfter: string;
  readonly assurance: Assurance;
};

export type EvidenceRequirement = {
  readonly type: string;
  /** `group:<name>`, or `role:responder`: any known, active person. */
  readonly from: string;
  readonly maxAge?: string;
  readonly for?: "this-plan";
  readonly notBy?: readonly Party[];
  readonly when?: When;
};

export type Party = "plan.authors" | "plan.requester" | "plan.executor";
