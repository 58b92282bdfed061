import type { JsonObject } from "./canonical.js";
import type { StepClear } from "./events.js";

/** A plan's meaning: what `planDigest` covers. It is sealed; events show `clearOfStep` of each step. */
export interface PlanMeaning {
  readonly risk: string;
  readonly steps: readonly PlanStep[];
  readonly successCheck: JsonObject & { readonly kind: string };
}

export interface PlanStep extends Omit<StepClear, "rollback"> {
  readonly params: JsonObject;
  readonly rollback: { readonly action: string; readonly params: JsonObject } | { readonly none: string };
}

/** What the events show of a step; the rest of it is sealed. */
export const clearOfStep = ({ params: _, rollback, ...shown }: PlanStep): StepClear => ({
  ...shown,
  rollback: "none" in rollback ? null : rollback.action,
});
