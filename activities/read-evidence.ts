import { parseEvent } from "../incidents/event.js";
import type { SealedTriple } from "../incidents/events.js";
import { parseRecord } from "../incidents/record.js";
import type { Claims, EvidenceReader, SealedValues } from "./ports.js";

export interface EvidenceRequest {
  readonly org: string;
  readonly inc: string;
  /** seq of the EvidenceAttached. */
  readonly seq: number;
}

export interface EvidenceReport {
  readonly verified: boolean;
  readonly eid: string;
  readonly sealed: readonly SealedTriple[];
}

export interface EvidencePorts {
  readonly claims: Claims;
  readonly sealed: SealedValues;
  readonly evidence: EvidenceReader;
}

/** Reads evidence back from its source: it is verified when what stands there now has the digest that was attached. */
export const createReadEvidence =
  (ports: EvidencePorts) =>
  async ({ org, inc, seq }: EvidenceRequest): Promise<EvidenceReport> => {
    const record = await ports.claims.acknowledged(org, inc, seq);
    if (record === null) throw new Error(`event ${seq} of ${inc} isn't acknowledged`);
    const { eid, sealed } = parseEvent(parseRecord(record).event);
    const slots = ["/digest", "/reference"].map((path) => sealed.find((triple) => triple[0] === path)!);
    const [digest, reference] = await ports.sealed.open(org, inc, slots);
    const found = typeof reference === "string" ? await ports.evidence.digestOf(reference) : null;
    if (found === null || found !== digest) return { verified: false, eid, sealed: [] };
    return {
      verified: true,
      eid,
      sealed: await ports.sealed.seal(org, inc, [
        { path: "/comment", value: "Read back from its source with the same digest." },
      ]),
    };
  };
