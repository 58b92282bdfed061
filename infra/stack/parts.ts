/**
 * What the stack consists of. `source` says in words which way a part was found ("TEMPORAL_ADDRESS", "cached binary", …),
 * `since` is when this stack began to use it (ISO time), `pid` is null for a part that we didn't start.
 */
export interface Stack {
  readonly temporal: TemporalPart;
  /** Null where neither brokers nor Java can be had: the event log is then the embedded Postgres one. */
  readonly kafka: KafkaPart | null;
  readonly postgres: PostgresPart;
  readonly tickets: TicketsPart;
}

export interface TemporalPart {
  /** host:port of the gRPC frontend. */
  readonly address: string;
  readonly namespace: string;
  readonly source: string;
  readonly since: string;
  readonly pid: number | null;
}

export interface KafkaPart {
  /** host:port, one per broker. */
  readonly brokers: readonly string[];
  readonly source: string;
  readonly since: string;
  /** One per broker that we started, empty for brokers that were given. */
  readonly pids: readonly number[];
}

/** A server with its URL (which holds the password), or the folder for the embedded PGlite, which is no process. */
export type PostgresPart = PostgresServerPart | PglitePart;

export interface PostgresServerPart {
  readonly url: string;
  readonly source: string;
  readonly since: string;
  readonly pid: number | null;
}

export interface PglitePart {
  readonly pglite: string;
  readonly source: string;
  readonly since: string;
}

/** The sandbox process: a ticket server and the health of sandbox services. */
export interface TicketsPart {
  readonly url: string;
  /** Bearer token that its `/tickets` asks for. */
  readonly token: string;
  /** The bare Git repository whose branch `env/prod` configures the sandbox services. It needn't exist yet. */
  readonly repository: string;
  readonly source: string;
  readonly since: string;
  readonly pid: number;
}

export type PartName = keyof Stack;

export const PART_NAMES = ["temporal", "kafka", "postgres", "tickets"] as const satisfies readonly PartName[];
