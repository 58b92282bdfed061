import type { SealedTriple } from "../incidents/events.js";
import { openProposedPlan } from "./plan.js";
import type { Claims, Probe, SealedValues } from "./ports.js";

export interface CheckRequest {
  readonly org: string;
  readonly inc: string;
  readonly plan: string;
  readonly planSeq: number;
}

export interface CheckReport {
  readonly outcome: "passed" | "failed";
  readonly sealed: readonly SealedTriple[];
}

export interface CheckPorts {
  readonly claims: Claims;
  readonly sealed: SealedValues;
  readonly probe: Probe;
}

/** Runs the plan's own success check and seals what it saw. It changes nothing outside, so it may run again. */
export const createRunCheck =
  (ports: CheckPorts) =>
  async ({ org, inc, plan, planSeq }: CheckRequest): Promise<CheckReport> => {
    const { successCheck } = await openProposedPlan(ports, org, inc, planSeq, plan);
    const { outcome, result, excerpt } = await ports.probe.run(successCheck);
    const sealed = await ports.sealed.seal(org, inc, [
      { path: "/excerpt", value: excerpt },
      { path: "/reason", value: null },
      { path: "/result", value: result },
    ]);
    return { outcome, sealed };
  };
