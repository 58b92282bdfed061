import type { Episode, KeyState, Turn } from "../../incidents/correlate.js";
import type { Vault } from "../ports.js";

/** Keys of the organisation for what waits in the inbox. */
export interface IntakeKeys {
  /** HMAC-SHA256 as 64 hex digits, under a key of the organisation, with the purpose in its preimage. */
  mac(org: string, purpose: "correlation" | "alert" | "request", text: string): string;
  /** Seals a body under a fresh key, itself wrapped by the organisation's. */
  sealBody(org: string, delivery: string, body: Uint8Array): SealedBody;
  openBody(org: string, delivery: string, sealed: SealedBody): Uint8Array;
}

export interface SealedBody {
  readonly key: Uint8Array;
  readonly body: Uint8Array;
}

/** One alert as it is stored before anything is done about it. */
export interface NewDelivery {
  readonly org: string;
  readonly delivery: string;
  readonly source: string;
  /** MAC of the alert's fingerprint. */
  readonly identity: string;
  readonly startsAt: string;
  readonly status: "firing" | "resolved";
  /** MAC of the correlation labels; null where it goes to triage. */
  readonly key: string | null;
  /** Why it goes to triage. */
  readonly triage: string | null;
  readonly receivedAt: string;
  readonly sealed: SealedBody;
}

export interface Delivered {
  readonly delivery: string;
  readonly incident: string | null;
  readonly triage: string | null;
  /** It was here before: counted, neither signalled nor logged. */
  readonly repeated: boolean;
}

export interface WaitingAlert {
  readonly delivery: string;
  readonly source: string;
  readonly identity: string;
  readonly startsAt: string;
  readonly status: "firing" | "resolved";
  readonly receivedAt: string;
  readonly sealed: SealedBody;
}

/** What the dispatcher sends to a workflow; stored before it is sent, so that a crash sends the same bytes again. */
export interface AlertSignal {
  readonly org: string;
  readonly key: string;
  readonly inc: string;
  /** The delivery's id, or `sup_…` of a summary. */
  readonly commandId: string;
  readonly envelope: Uint8Array;
}

export interface SentSignal extends AlertSignal {
  readonly sentAt: string;
}

/** One correlation key, locked for the time of a turn. */
export interface KeyTurn {
  readonly key: string;
  readonly state: KeyState;
  /** The oldest alert that waits, and what is known of it. */
  readonly alert: WaitingAlert;
  readonly episode: Episode | null;
  /** Ids of all that wait for this key, oldest first, at most 1,000. */
  readonly waiting: readonly string[];
  /** The vault inside the turn's transaction: a key and values that no crash leaves without their incident. */
  readonly vault: Pick<Vault, "mintIncidentKey" | "seal">;
}

export interface Planned {
  readonly turn: Turn;
  readonly signal: AlertSignal | null;
}

export interface TriageItem {
  readonly delivery: string;
  readonly source: string;
  readonly code: string;
  readonly receivedAt: string;
  readonly repeats: number;
}

export interface Inbox {
  /** Durable when it returns. @throws {StoreUnavailable} */
  put(deliveries: readonly NewDelivery[]): Promise<readonly Delivered[]>;
  /**
   * Claims a key on which something is due, so that no other dispatcher has it for 30 s, and either hands out the signal that a
   * crash left unsent or plans the oldest alert and stores the plan, all in one transaction. `idle` where nothing is due.
   */
  turn(org: string, at: string, plan: (turn: KeyTurn) => Promise<Planned>): Promise<"idle" | "planned" | AlertSignal>;
  /** The workflow has the signal; the key is free again. */
  sent(signal: AlertSignal, at: string): Promise<void>;
  /** The workflow has ended: its alerts wait again and will open a new incident, linked to it. */
  ended(signal: AlertSignal): Promise<void>;
  /** The signal couldn't be sent: the key is tried again after `retryAt`. */
  postponed(signal: AlertSignal, retryAt: string): Promise<void>;
  /** It was sent and came to nothing: the next turn of its key sends the same bytes again. */
  resend(signal: AlertSignal, at: string): Promise<void>;
  /** Signals that were sent and aren't known to be on the record. */
  unsettled(org: string, limit: number): Promise<readonly SentSignal[]>;
  /** An event names them: bodies and keys are deleted. */
  settled(signal: AlertSignal): Promise<void>;
  /** The incident refused it on the record: its alerts go to triage under that code. */
  refused(signal: AlertSignal, code: string): Promise<void>;
  triage(org: string, limit: number): Promise<readonly TriageItem[]>;
  /** How many alerts wait to be dispatched. */
  waiting(org: string): Promise<number>;
}
