import type { Actor, EventType } from "./events.js";

type Kind = Actor["kind"];

const PERSON = ["person"] as const;
const SOURCE = ["source"] as const;
const SYSTEM = ["system"] as const;
const ASKED = ["person", "source"] as const;
const EITHER = ["person", "system"] as const;

/**
 * Who may make an event of a type. What a person or a source says, the system can't say for them: such an event stands on a signed
 * command, and whoever holds the recorder's key alone could write one without.
 */
const SPEAKERS: { readonly [T in EventType]: readonly Kind[] } = {
  IncidentOpened: ASKED,
  AlertFired: SOURCE,
  AlertResolved: SOURCE,
  AlertsSuppressed: SOURCE,
  ClassificationChanged: PERSON,
  OwnerAssigned: PERSON,
  RoleChanged: PERSON,
  ResponderJoined: PERSON,
  ResponderLeft: PERSON,
  HandoverAccepted: PERSON,
  Acknowledged: PERSON,
  Escalated: SYSTEM,
  PlanProposed: PERSON,
  PlanWithdrawn: PERSON,
  GateEvaluated: SYSTEM,
  ApprovalRequested: SYSTEM,
  ApprovalGranted: PERSON,
  ApprovalRejected: PERSON,
  ApprovalRevoked: PERSON,
  ApprovalExpired: SYSTEM,
  BreakGlassInvoked: PERSON,
  DebtIncurred: SYSTEM,
  DebtSettled: EITHER,
  ExecutionStarted: EITHER,
  StepAuthorised: SYSTEM,
  StepHeld: SYSTEM,
  StepSucceeded: SYSTEM,
  StepFailed: SYSTEM,
  StepOutcomeUnknown: SYSTEM,
  StepConfirmed: PERSON,
  StopRequested: PERSON,
  ExecutionStopped: SYSTEM,
  RollbackStarted: PERSON,
  RollbackFinished: SYSTEM,
  ExecutionFinished: SYSTEM,
  ValidationRecorded: EITHER,
  IncidentResolved: PERSON,
  IncidentReopened: ASKED,
  IncidentClosed: PERSON,
  IncidentCancelled: PERSON,
  EvidenceAttached: EITHER,
  EvidenceVerified: EITHER,
  TaskAdded: EITHER,
  TaskAssigned: PERSON,
  TaskDone: PERSON,
  TaskDropped: PERSON,
  ReferenceLinked: EITHER,
  UpdatePublished: PERSON,
  NoteAdded: PERSON,
  CommandRefused: ["person", "source", "system"],
  AddendumAdded: PERSON,
  SealedErased: PERSON,
};

export const mayMake = (typ: EventType, kind: Kind): boolean => SPEAKERS[typ].includes(kind);
