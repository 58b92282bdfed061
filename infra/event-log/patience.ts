import { setTimeout as sleep } from "node:timers/promises";

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** How long to wait before a batch is delivered again; `failures` counts from 0. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
}

/** Waits, but not beyond `stop`. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => {});
}

/** Tries again while it fails, `tries` times in all, and throws the last failure. For reads and what may be repeated. */
export async function persist<T>(tries: number, work: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures + 1 >= tries) throw error;
      await sleep(backoffMs(failures));
    }
  }
}
