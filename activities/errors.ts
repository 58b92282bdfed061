import { ApplicationFailure } from "@temporalio/common";

/** Failures that the workflow tells apart by `type`; retrying can't mend them. */
export const ENVELOPE_REFUSED = "EnvelopeRefused";
export const SEQUENCE_CONFLICT = "SequenceConflict";
export const EVENT_UNWRITABLE = "EventUnwritable";

export const envelopeRefused = (code: "NO_ENVELOPE" | "BAD_ENVELOPE", why: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(why, ENVELOPE_REFUSED, code);

export const sequenceConflict = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, SEQUENCE_CONFLICT);

/** What was decided has no place in any log: too large, or not of its closed shape. The same bytes would be refused for ever. */
export const eventUnwritable = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, EVENT_UNWRITABLE);
