/**
 * Everything that a decision may depend on, as facts with one instant. Taken by an activity, kept in the receipt, never read live.
 * An optional member that is absent is unknown, unless its comment says otherwise.
 */
export interface Inputs {
  /** UTC with milliseconds: the only time there is. */
  readonly at: string;
  readonly incident: {
    readonly id: string;
    readonly severity: number;
    readonly class: string;
    /** `open`, `mitigating`, or the phase. */
    readonly status: string;
  };
  readonly plan: Plan;
  readonly approvals: readonly Approval[];
  readonly evidence: readonly Evidence[];
  readonly directory: Directory;
  readonly calendars: { readonly [name: string]: Calendar };
  readonly exceptions: readonly Exception[];
  /** Other actions only: the caller leaves this plan out. */
  readonly inFlight?: readonly InFlight[];
  readonly breakGlass: null | BreakGlass;
  readonly overdueReviews?: readonly string[];
}

export interface Plan {
  readonly digest: string;
  /** Accounts; `executor` may be "system". */
  readonly requestedBy: string;
  readonly authors: readonly string[];
  readonly executor: string;
  readonly risk: string;
  readonly expectedMinutes: number;
  readonly rollbackMinutes: number;
  readonly targets: readonly Target[];
}

/** `env`, `tier` and `tags` come from the service catalogue, never from the plan. */
export interface Target {
  readonly id: string;
  readonly env?: string;
  readonly tier?: number;
  readonly tags?: readonly string[];
}

export interface Approval {
  readonly id: string;
  readonly account: string;
  readonly requirement: string;
  readonly verdict: "approve" | "reject" | "revoke";
  readonly at: string;
  readonly planDigest: string;
  /** Absent: bound to the requirement by its name alone. */
  readonly requirementDigest?: string;
  /** Absent: `session`. */
  readonly assurance?: Assurance;
  /** The principal (person or account) of a delegate's vote. */
  readonly onBehalfOf?: string;
  /** The voter's groups when voting; of a delegate's vote, the principal's. Absent: judged by the directory alone. */
  readonly groupsAtApproval?: readonly string[];
  /** An end before that of the requirement. Absent: the requirement's own. */
  readonly expiresAt?: string;
}

export type Assurance = "session" | "passkey";

export interface Evidence {
  readonly type: string;
  readonly status: "verified" | "unverified";
  readonly incident: string;
  readonly at: string;
  /** An account. */
  readonly by: string;
  readonly planDigest?: string;
}

export interface Directory {
  readonly asOf: string;
  readonly people: { readonly [person: string]: Person };
  readonly delegations: readonly Delegation[];
}

export interface Person {
  readonly accounts: readonly string[];
  readonly groups: readonly string[];
  readonly active: boolean;
  /** Absent: `human`. */
  readonly kind?: "human" | "service";
}

export interface Delegation {
  readonly from: string;
  readonly to: string;
  readonly groups: readonly string[];
  readonly start: string;
  readonly end: string;
}

export interface Calendar {
  readonly kind: "window" | "freeze";
  readonly zone: string;
  readonly tzdb: string;
  readonly horizon: readonly [string, string];
  readonly intervals: readonly (readonly [string, string])[];
  readonly notes: readonly string[];
}

export interface Exception {
  readonly id: string;
  readonly control: string;
  readonly targets: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly approvedBy: string;
}

export interface InFlight {
  readonly id: string;
  readonly planDigest: string;
  readonly targets: readonly string[];
}

export interface BreakGlass {
  readonly account: string;
  readonly planDigest: string;
  readonly reason: string;
  readonly at: string;
  readonly used?: boolean;
}
