import type { JsonObject } from "../../../incidents/canonical.js";
import type { RequiredAction } from "../../../incidents/next-action.js";
import type { Alert, Evidence, GateRecord, Plan, Run, Task, Validation, Vote } from "../../../incidents/state.js";
import type { Phase } from "../../../incidents/vocabulary.js";
import type { ControlResult, Discount, Missing, NextStep } from "../../../policy/decision.js";
import type { Named } from "./names.js";

/** What the API shows of an incident, as far as the commands read it (GET …/incidents/{inc}). */
export interface IncidentSummary {
  readonly org: string;
  readonly inc: string;
  /** Null for who may not read it. */
  readonly title: string | null;
  readonly drill: boolean;
  readonly phase: Phase;
  readonly class: string;
  readonly severity: number;
  readonly urgency: "high" | "low";
  readonly owner: string | null;
  readonly openedAt: string;
  readonly lastEventAt: string;
  readonly head: string;
  /** How many events. */
  readonly count: number;
  readonly nextRequiredAction: RequiredAction;
}

export interface IncidentList extends Named {
  readonly incidents: readonly IncidentSummary[];
}

export interface IncidentView extends IncidentSummary, Named {
  readonly title: string;
  readonly request: string | null;
  readonly services: readonly string[];
  readonly openedBy: { readonly kind: "alert" | "person"; readonly id: string };
  readonly acknowledged: boolean;
  readonly responders: readonly string[];
  readonly plan: PlanView | null;
  readonly run: Run | null;
  readonly validation: Validation | null;
  readonly gate: GateView | null;
  readonly approvals: { readonly votes: readonly Vote[]; readonly standing: readonly string[] };
  readonly evidence: { readonly required: readonly Missing[]; readonly have: readonly EvidenceView[] };
  readonly tasks: readonly (Task & { readonly title: string | null })[];
  readonly debts: readonly { readonly id: string; readonly open: boolean; readonly dueAt: string }[];
  readonly deadlines: readonly { readonly what: string; readonly at: string }[];
  readonly alerts: readonly Alert[];
  readonly suppressedAlerts: number;
  readonly nextRequiredAction: RequiredAction & { readonly gate?: NextStep };
}

export interface PlanView extends Omit<Plan, "steps" | "successCheck"> {
  readonly title: string | null;
  readonly request: string | null;
  readonly links: readonly string[];
  readonly steps: readonly StepView[];
  readonly successCheck: JsonObject;
  /** Names by target id. */
  readonly targets: Readonly<Record<string, string>>;
}

export interface StepView {
  readonly id: string;
  readonly connector: string;
  readonly action: string;
  readonly targets: readonly string[];
  readonly expectedMinutes: number;
  readonly rollbackMinutes: number;
  readonly params?: JsonObject;
  /** In full where the plan's words could be opened; else the rollback's action, or null where there is none. */
  readonly rollback: { readonly action: string } | { readonly none: string } | string | null;
}

export interface GateView extends Omit<GateRecord, "policyDigest"> {
  readonly at?: string;
  readonly policy?: { readonly name: string; readonly digest: string };
  /** Absent where the record doesn't let the decision be computed again. */
  readonly missing?: readonly Missing[];
  readonly nextStep?: NextStep;
  readonly controls?: readonly ControlResult[];
  readonly discounted?: readonly Discount[];
}

export interface EvidenceView extends Evidence {
  readonly reference: string | null;
  readonly excerpt: string | null;
}
