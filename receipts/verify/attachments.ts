import { type AttachmentKind, chainMentions } from "../mentions.js";
import { type Finding, finding } from "./codes.js";
import type { ProvenEvent } from "./events.js";
import type { Attachment, ReadReceipt } from "./parse.js";

/**
 * Each attachment is named by an event, stands once, and stands in the order of first mention, so that a core has one form. What
 * is missing is reported by the stage that needs it.
 */
export function verifyAttachments(events: readonly ProvenEvent[], read: ReadReceipt): readonly Finding[] {
  const mentions = chainMentions(events.map(({ body }) => body));
  const faults = (kind: AttachmentKind, name: "envelopes" | "facts" | "policies"): readonly Finding[] => {
    const present = new Set(read[name].map(({ digest }) => digest));
    const wanted = mentions.filter((m) => m.kind === kind && present.has(m.digest)).map((m) => m.digest);
    return inOrder(read[name], wanted) ? [] : [finding("ATTACHMENTS_UNORDERED", { path: `/core/${name}` })];
  };
  return [...faults("envelope", "envelopes"), ...faults("section", "facts"), ...faults("policy", "policies")];
}

const inOrder = (attachments: readonly Attachment[], wanted: readonly string[]): boolean =>
  attachments.length === wanted.length && attachments.every(({ digest }, i) => digest === wanted[i]);
