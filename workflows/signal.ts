import { unb64u } from "../incidents/bytes.js";
import { type Envelope, parseEnvelope } from "../incidents/envelope.js";

export type ReadSignal =
  | { readonly envelope: Envelope; readonly bytes: string }
  | { readonly code: "MALFORMED" | "NO_ENVELOPE" | "BAD_ENVELOPE" };

/** Anybody who reaches Temporal can send a signal: this never throws, and what it can't read is a code. */
export function readSignal(signal: unknown, org: string, inc: string): ReadSignal {
  if (typeof signal !== "object" || signal === null || "undecodable" in signal) return { code: "MALFORMED" };
  const { envelope: bytes } = signal as { readonly envelope?: unknown };
  if (typeof bytes !== "string") return { code: "NO_ENVELOPE" };
  try {
    const envelope = parseEnvelope(unb64u(bytes));
    const { command } = envelope;
    return command.org === org && command.inc === inc ? { envelope, bytes } : { code: "BAD_ENVELOPE" };
  } catch {
    return { code: "MALFORMED" };
  }
}
