import type { Json } from "../incidents/canonical.js";
import type { SourceRules } from "../incidents/correlate.js";
import type { SealedTriple } from "../incidents/events.js";
import type { CommandSignal } from "../workflows/messages.js";
import type { Inbox, IntakeKeys } from "./alerts/ports.js";

/** Everything outside that the API talks to; `infra/` has the adapters, and its composition roots alone put them together. */
export interface Ports {
  readonly identity: Identity;
  readonly vault: Vault;
  readonly gateway: GatewaySigner;
  readonly commands: CommandStore;
  readonly incidents: IncidentReader;
  readonly workflows: Workflows;
  readonly inbox: Inbox;
  readonly intakeKeys: IntakeKeys;
  readonly sources: Sources;
  readonly receipts: Receipts;
  readonly catalogue: Catalogue;
  readonly policies: Policies;
  readonly facts: Facts;
  readonly locks: Locks;
  readonly audit: Audit;
  readonly health: HealthProbes;
  readonly clock: Clock;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const ROLES = ["responder", "approver", "auditor", "admin", "ci"] as const;
export type Role = (typeof ROLES)[number];

/** Who a token speaks for. Organisation and source follow from it, never from a body. */
export interface Principal {
  readonly org: string;
  readonly id: string;
  readonly kind: "person" | "source" | "machine";
  readonly name: string;
  readonly roles: readonly string[];
}

export interface Identity {
  /** `WRONG_ORG` where the token is good, but of an organisation that this deployment doesn't serve; null where it is nobody's. */
  authenticate(token: string): Promise<Principal | "WRONG_ORG" | null>;
}

/** Sealed values: they enter here and never travel through Temporal. */
export interface Vault {
  /** Repeatable: the first call makes K_inc, later ones keep it. */
  mintIncidentKey(org: string, inc: string): Promise<void>;
  /** In the order of the values; durable when it returns. */
  seal(org: string, inc: string, values: readonly SealedWord[]): Promise<readonly SealedTriple[]>;
  /** In the order of the triples. Throws where one isn't stored, or its key was erased. */
  open(org: string, inc: string, triples: readonly SealedTriple[]): Promise<readonly Json[]>;
  /** `blind` is the value of the slot `/planBlind`. Equal for equal meanings of one incident, and only there. */
  planDigest(org: string, inc: string, meaning: Json): Promise<{ readonly digest: string; readonly blind: string }>;
}

export interface SealedWord {
  readonly path: string;
  readonly value: Json;
}

/** Nobody speaks for a person but the API: its key vouches for every command. */
export interface GatewaySigner {
  readonly keyid: string;
  /** Ed25519 over the whole preimage (a DSSE PAE); 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A command as it was first sent, by its id. */
export interface StoredCommand {
  readonly org: string;
  readonly commandId: string;
  readonly inc: string;
  readonly actor: string;
  /** HMAC of the client's canonical request: tells a repeat from a reuse without holding a digest of sealed words. */
  readonly mac: string;
  readonly envelope: Uint8Array;
  /** The first event that it would make. */
  readonly eid: string;
}

export interface CommandStore {
  /** Stores it unless one of that id stands already; answers whichever stands. */
  remember(command: StoredCommand): Promise<StoredCommand>;
  find(org: string, commandId: string): Promise<StoredCommand | null>;
  /** Stored between 3 seconds and an hour ago and not on the record, the oldest first. */
  unrecorded(org: string, limit: number): Promise<readonly StoredCommand[]>;
}

/** The acknowledged records of incidents: what is certain to be in the log. */
export interface IncidentReader {
  /** Encoded log records in order of seq, from that seq on; empty where there are none, or the incident is unknown. */
  records(org: string, inc: string, from: number): Promise<readonly Uint8Array[]>;
  /** The record of an event; null until it is acknowledged. */
  byEid(org: string, eid: string): Promise<Uint8Array | null>;
  /** The incidents, the newest first, each with the hash of its latest acknowledged event. */
  list(org: string, limit: number): Promise<readonly { readonly inc: string; readonly head: string }[]>;
}

/** Temporal, as far as the API knows it. Every method is safe to repeat with the same signal. */
export interface Workflows {
  /**
   * Starts the incident's workflow where there is none, and signals it.
   * @throws {WorkflowEnded | WorkflowsUnavailable}
   */
  signalWithStart(org: string, inc: string, signal: CommandSignal): Promise<void>;
  /** @throws {WorkflowEnded | WorkflowsUnavailable} */
  signal(org: string, inc: string, signal: CommandSignal): Promise<void>;
}

export class WorkflowEnded extends Error {
  override readonly name = "WorkflowEnded";
}

/** Temporal is down or overloaded; the same call may succeed later. */
export class WorkflowsUnavailable extends Error {
  override readonly name = "WorkflowsUnavailable";
}

/** Any store that a request needs is down. Retryable. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

export interface Sources {
  rules(org: string, source: string): Promise<SourceRules | null>;
}

export interface Receipts {
  /** The bytes of the interim or final receipt; null until the builder has folded a first event. */
  get(org: string, inc: string, openings: "none" | "all"): Promise<Uint8Array | null>;
}

export interface CataloguePerson {
  readonly id: string;
  readonly name: string;
}

export interface Catalogue {
  /** By id or by name; null where the catalogue doesn't have it. */
  target(org: string, word: string): Promise<{ readonly id: string; readonly name: string } | null>;
  /** By id or by account. */
  person(org: string, word: string): Promise<CataloguePerson | null>;
  /** By id. */
  source(org: string, id: string): Promise<{ readonly id: string; readonly name: string } | null>;
}

/** Canonical JSON bytes of policies. */
export interface Policies {
  active(org: string): Promise<{ readonly digest: string; readonly bytes: Uint8Array }>;
  byDigest(org: string, digest: string): Promise<Uint8Array | null>;
}

export interface Facts {
  people(org: string): Promise<{
    readonly asOf: string;
    readonly people: readonly {
      readonly id: string;
      readonly groups: readonly string[];
      readonly active: boolean;
      readonly kind: "human" | "service";
    }[];
  }>;
  targets(
    org: string,
    ids: readonly string[],
  ): Promise<
    readonly { readonly id: string; readonly env?: string; readonly tier?: number; readonly tags?: readonly string[] }[]
  >;
}

export interface Locks {
  /** The plans of other incidents that hold one of the targets. */
  others(
    org: string,
    inc: string,
    targets: readonly string[],
  ): Promise<readonly { readonly id: string; readonly planDigest: string; readonly targets: readonly string[] }[]>;
}

/** A denial that no incident records: shape, wrong organisation, sign-in, closed incident. Never a token, never a body. */
export interface Denial {
  readonly at: string;
  readonly org: string | null;
  readonly actor: string | null;
  readonly code: string;
  readonly method: string;
  /** The route's pattern, not the caller's text. */
  readonly route: string;
  readonly inc: string | null;
  readonly address: string;
}

export interface Audit {
  append(denial: Denial): Promise<void>;
}

export interface PartHealth {
  readonly part: "temporal" | "event-log" | "store" | "builder" | "dispatcher" | "worker";
  readonly state: "up" | "down";
  /** When it came up or went down. */
  readonly since: string;
  /** How many things wait for it, where that is known. */
  readonly waiting: number | null;
  readonly detail: string | null;
}

export interface HealthProbes {
  probe(): Promise<readonly PartHealth[]>;
}

export const PORTS = Symbol("services/ports");
