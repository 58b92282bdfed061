import { createHash } from "node:crypto";
import type { EvidenceReader } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { createHttpCall, type HttpCall, hostAndPort, parseUrl } from "./http-call.js";

export interface HttpEvidenceConfig {
  /** host:port of the evidence stores; no other is asked. */
  readonly allow: readonly string[];
  readonly call?: HttpCall;
}

const MAX_BYTES = 10 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * Reads what stands at an http(s) reference. `null` where the host isn't listed, and where it doesn't give the whole document with
 * status 200 in time: nothing was read back then, which is all that a digest could say.
 */
export function httpEvidenceReader({ allow, call = createHttpCall(allow) }: HttpEvidenceConfig): EvidenceReader {
  return {
    async digestOf(reference) {
      if (!isListed(allow, reference)) return null;
      try {
        const { status, body } = await call({
          method: "GET",
          url: reference,
          timeoutMs: TIMEOUT_MS,
          maxBytes: MAX_BYTES,
        });
        return status === 200 ? createHash("sha256").update(body).digest("hex") : null;
      } catch (error) {
        if (error instanceof ConnectorError) return null;
        throw error;
      }
    },
  };
}

function isListed(allow: readonly string[], reference: string): boolean {
  try {
    return allow.includes(hostAndPort(parseUrl(reference)));
  } catch {
    return false;
  }
}
