import type { Locks } from "./ports.js";

export interface LockRequest {
  readonly org: string;
  readonly inc: string;
  readonly plan: string;
  readonly targets: readonly string[];
}

export const createLockTargets =
  (locks: Locks) =>
  ({ org, inc, plan, targets }: LockRequest): Promise<{ readonly fence: number } | { readonly heldBy: string }> =>
    locks.acquire(org, inc, plan, targets);

export const createUnlockTargets =
  (locks: Locks) =>
  ({ org, inc }: Pick<LockRequest, "org" | "inc">): Promise<void> =>
    locks.release(org, inc);
