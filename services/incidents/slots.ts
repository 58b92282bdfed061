import type { Json } from "../../incidents/canonical.js";
import type { PersonCommandType } from "../../incidents/commands.js";
import { ACTOR_SLOTS, EVENTS, type EventType } from "../../incidents/events.js";
import type { SealedWord } from "../ports.js";

/** The event that an accepted command of a person makes; every slot of it needs a sealed value, if only null. */
const EVENT_OF: { readonly [T in PersonCommandType]: readonly EventType[] } = {
  "open-incident": ["IncidentOpened"],
  "change-classification": ["ClassificationChanged"],
  "assign-owner": ["OwnerAssigned"],
  acknowledge: ["Acknowledged"],
  join: ["ResponderJoined"],
  leave: ["ResponderLeft"],
  "propose-plan": ["PlanProposed"],
  "withdraw-plan": ["PlanWithdrawn"],
  vote: ["ApprovalGranted"],
  "attach-evidence": ["EvidenceAttached"],
  "verify-evidence": ["EvidenceVerified"],
  start: ["ExecutionStarted"],
  stop: ["StopRequested"],
  rollback: ["RollbackStarted"],
  "confirm-step": ["StepConfirmed"],
  validate: ["ValidationRecorded"],
  resolve: ["IncidentResolved"],
  reopen: ["IncidentReopened"],
  close: ["IncidentClosed"],
  cancel: ["IncidentCancelled"],
  "add-note": ["NoteAdded"],
  "add-task": ["TaskAdded"],
  "assign-task": ["TaskAssigned"],
  "complete-task": ["TaskDone"],
  "drop-task": ["TaskDropped"],
};

/** What an alert's command may make: it opens, adds to, or reopens an incident, and only the workflow knows which. */
const ALERT_EVENTS = {
  "alert-fired": ["IncidentOpened", "AlertFired", "IncidentReopened"],
  "alert-resolved": ["AlertResolved"],
  "alerts-suppressed": ["AlertsSuppressed"],
} as const satisfies Record<string, readonly EventType[]>;

export type Words = { readonly [path: string]: Json };

export interface ActingPerson {
  readonly name: string;
  /** The network address that the command came from. */
  readonly address: string;
}

/** Everything that a person's command has to seal, absent words as null, and who acted from where. */
export const personWords = (
  type: PersonCommandType,
  words: Words,
  { name, address }: ActingPerson,
): readonly SealedWord[] =>
  filled([...pathsOf(EVENT_OF[type]), ...ACTOR_SLOTS], { ...words, "/name": name, "/address": address });

export const alertWords = (type: keyof typeof ALERT_EVENTS, words: Words): readonly SealedWord[] =>
  filled(pathsOf(ALERT_EVENTS[type]), words);

const pathsOf = (types: readonly EventType[]): readonly string[] => types.flatMap((typ) => EVENTS[typ].sealed);

function filled(paths: readonly string[], words: Words): readonly SealedWord[] {
  const alien = Object.keys(words).find((path) => !paths.includes(path));
  if (alien !== undefined) throw new Error(`no event of this command has a slot ${alien}`);
  return paths.map((path) => ({ path, value: words[path] ?? null }));
}
