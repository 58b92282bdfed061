/** The answer to "may this plan run now?": every condition, who can close it, and until when the answer holds. */
export interface Decision {
  readonly schema: "policy.decision/v1";
  readonly verdict: Verdict;
  readonly mode: "normal" | "break-glass";
  readonly gate: Gate;
  readonly at: string;
  /** The first instant at which the verdict could change with the facts unchanged; null: never. */
  readonly validUntil: string | null;
  readonly subject: { readonly incident: string; readonly planDigest: string; readonly step?: string };
  readonly policy: {
    readonly name: string;
    readonly digest: string;
    readonly pinnedDigest: string;
    readonly semantics: 1;
  };
  readonly inputsDigest: string;
  /** A digest per section of the inputs. */
  readonly sections: { readonly [section: string]: string };
  /** Sorted by id. */
  readonly controls: readonly ControlResult[];
  /** What would make it ready. */
  readonly missing: readonly Missing[];
  /** Minimal alternatives mixing people, evidence and waiting. */
  readonly ways: readonly Way[];
  /** The safest next step. */
  readonly nextStep: NextStep;
  readonly discounted: readonly Discount[];
  readonly debts: readonly Debt[];
  /** Over the canonical rest, without `title`, `because` and `text`. */
  readonly decisionDigest: string;
}

export type Verdict = "ready" | "needs-approval" | "blocked";
export type Gate = "preview" | "submit" | "start" | "step";
export type Outcome = "satisfied" | "not-applicable" | "waived" | "pending" | "violated" | "indeterminate";

export interface ControlResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: Outcome;
  readonly code: string;
  /** Sentences that name groups and counts, never people: fit for everyone who may see the plan. */
  readonly because: readonly string[];
  readonly by?: readonly string[];
  readonly opensAt?: string | null;
  readonly missing?: readonly Missing[];
}

export type Missing =
  | {
      readonly kind: "approval";
      readonly requirement: string;
      readonly count: number;
      readonly from: readonly string[];
      readonly eligible: readonly string[];
      readonly unsatisfiable: boolean;
    }
  | {
      readonly kind: "evidence";
      readonly type: string;
      readonly from: readonly string[];
      readonly condition: EvidenceCondition;
    }
  | { readonly kind: "time"; readonly opensAt: string | null; readonly calendar: string; readonly needMinutes: number }
  | { readonly kind: "fact"; readonly path: string; readonly source: string };

export type EvidenceCondition = "absent" | "stale" | "unverified" | "other-plan" | "not-eligible";

export interface Way {
  readonly needs: readonly Missing[];
  readonly people: number;
  readonly earliest: string;
}

/** In the order of safety that a policy without `nextSteps` takes. */
export const NEXT_STEPS = [
  "repair-facts",
  "attach-evidence",
  "wait-for-window",
  "ask-approval",
  "change-plan",
  "escalate",
  "break-glass",
] as const;

export interface NextStep {
  readonly kind: (typeof NEXT_STEPS)[number] | "execute";
  readonly control?: string;
  readonly who?: readonly string[];
  readonly notBefore?: string;
  readonly text: string;
}

export interface Discount {
  readonly approval: string;
  readonly requirement: string;
  readonly reason: DiscountReason;
}

export type DiscountReason =
  | "plan-changed"
  | "requirement-changed"
  | "expired"
  | "not-yet"
  | "revoked"
  | "conflict-of-duties"
  | "identity-unresolved"
  | "not-a-person"
  | "inactive"
  | "not-a-member"
  | "delegation-invalid"
  | "principal-already-counted"
  | "assurance-too-low"
  | "key-revoked";

export interface Debt {
  readonly id: string;
  readonly kind: "review" | "supply-evidence" | "notify";
  readonly who: readonly string[];
  readonly dueAt: string;
}
