import type { SystemCommand } from "../incidents/commands.js";
import type { State } from "../incidents/state.js";

/** Workflow and append activity, so that eager dispatch works. */
export const INCIDENTS_QUEUE = "incidents";
export const POLICY_QUEUE = "policy";
/** A bulkhead: a slow ticketing system can't take the append slots. */
export const EFFECTS_QUEUE = "side-effects";

export const INCIDENT_WORKFLOW = "incident";
export const COMMAND_SIGNAL = "command";

export const workflowIdOf = (org: string, inc: string): string => `incident/${org}/${inc}`;

/** What the API and the dispatcher send: the envelope's canonical bytes (incidents/envelope.ts) as base64url. */
export interface CommandSignal {
  readonly envelope: string;
}

/** A signal as the workflow found it: anything at all, since anybody who reaches Temporal can send one. */
export type InboxItem =
  | { readonly kind: "signal"; readonly signal: unknown }
  | { readonly kind: "system"; readonly command: SystemCommand };

/** How a command ended, by command id: a repeat is answered with it and changes nothing. */
export interface CommandResult {
  /** Digest of the envelope that was decided. */
  readonly envelope: string;
  readonly refused: string | null;
}

/** All of an incident's workflow as one serialisable value: the start argument of its first and of every later run. */
export interface IncidentStart {
  readonly v: 1;
  readonly org: string;
  readonly inc: string;
  /** The recorder key that signs its events. */
  readonly kid: string;
  readonly state: State;
  readonly inbox: readonly InboxItem[];
  readonly results: { readonly [commandId: string]: CommandResult };
}

/** What a reviewer compares with the receipt. */
export interface IncidentResult {
  readonly count: number;
  readonly head: string;
}
