import { factOf, parseEvent } from "../incidents/event.js";
import type { Fact } from "../incidents/events.js";
import { parseRecord } from "../incidents/record.js";
import type { Claims, EventLogWriter } from "./ports.js";

export interface TailRequest {
  readonly org: string;
  readonly inc: string;
  readonly seq: number;
}

export interface TailPorts {
  readonly claims: Claims;
  readonly log: EventLogWriter;
}

/** The events from `seq` on that hold their places already, each of them acknowledged by the log before it is given out. */
export const createLoadTail =
  ({ claims, log }: TailPorts) =>
  async ({ org, inc, seq }: TailRequest): Promise<readonly Fact[]> => {
    const tail = await claims.from(org, inc, seq);
    const missing = tail.filter((claim) => !claim.acknowledged);
    if (missing.length > 0) {
      await log.append(
        org,
        inc,
        missing.map((claim) => claim.record),
      );
      for (const claim of missing) await claims.acknowledge(org, inc, claim.seq, 1);
    }
    return tail.map((claim) => factOf(parseEvent(parseRecord(claim.record).event), claim.hash));
  };
