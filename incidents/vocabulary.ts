import { list, nullable, oneOf, pattern, type TypeOf } from "./shape.js";

/** The words and ids that events, commands, policy and API share. */
export const orgId = pattern("[a-z0-9-]{1,40}", "an organisation id");
export const incidentId = pattern("inc_[0-9a-z]{26}", "an incident id");
export const personId = pattern("per_[0-9a-z]{8,26}", "a person id");
export const targetId = pattern("tgt_[0-9a-z]{8,26}", "a target id");
export const sourceId = pattern("src_[0-9a-z]{8,26}", "a source id");
export const deliveryId = pattern("dlv_[0-9a-z]{26}", "a delivery id");
export const commandId = pattern("[A-Za-z0-9][A-Za-z0-9_.:-]{7,79}", "a command id of 8 to 80 characters");
export const digest = pattern("[0-9a-f]{64}", "64 hex digits");
export const eventIdShape = pattern("[0-9a-f]{32}", "32 hex digits");
export const instant = pattern(
  "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z",
  "a time like 2026-03-11T15:00:00.000Z",
);
/** Our own short words: a step's or control's name, an evidence type. Never a customer's free text, nor a key that I-JSON refuses. */
export const slug = pattern(
  "(?!(?:constructor|prototype)$)[a-z0-9][a-z0-9-]{0,39}",
  "lowercase letters, digits and dashes, at most 40",
);
export const requirementId = pattern("[a-z0-9][a-z0-9-]{0,39}(?:/override)?(?:@pinned)?", "a requirement's id");
export const groupName = pattern("[a-z0-9][a-z0-9-]{0,59}", "a group's name");
export const code = pattern("[A-Z][A-Z0-9_]{1,59}", "a code in capitals");
export const groups = list(groupName, 50);

export const PHASES = ["open", "planned", "executing", "verifying", "resolved", "closed", "cancelled"] as const;
export const phase = oneOf(...PHASES);
export type Phase = TypeOf<typeof phase>;

export const severity = oneOf(1, 2, 3, 4, 5);
export const RISKS = ["low", "medium", "high"] as const;
export const risk = oneOf(...RISKS);
export type Risk = TypeOf<typeof risk>;
export const urgency = oneOf("high", "low");
export const assurance = oneOf("session", "passkey");
export const gate = oneOf("preview", "submit", "start", "step");
export const verdict = oneOf("ready", "needs-approval", "blocked");
export const executor = pattern("system|per_[0-9a-z]{8,26}", '"system" or a person id');
export const nullablePerson = nullable(personId);
