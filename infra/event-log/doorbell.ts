/** Wakes one waiter. A ring while nobody waits is kept for the next wait, so that none falls between a look and a wait. */
export interface Doorbell {
  ring(): void;
  /** Resolves at the next ring, or after `ms`. */
  wait(ms: number): Promise<void>;
}

export function doorbell(): Doorbell {
  let rung = false;
  let wake = () => {};
  return {
    ring: () => {
      rung = true;
      wake();
    },
    wait: async (ms) => {
      if (!rung) await new Promise<void>((resolve) => (wake = untilWoken(resolve, ms)));
      rung = false;
    },
  };
}

function untilWoken(resolve: () => void, ms: number): () => void {
  const timer = setTimeout(resolve, ms);
  return () => {
    clearTimeout(timer);
    resolve();
  };
}
