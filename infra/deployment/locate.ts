import { join } from "node:path";
import type { Paths } from "../config/paths.js";
import { ConfigError } from "../config-error.js";
import type { Stack } from "../stack/stack.js";
import { openStackStore } from "../stack/stack-file.js";

/** Where the parts are that a process runs on, and in words how each was found. */
export interface Whereabouts {
  /** Null where neither a setting nor the stack has one: the builder needs none. */
  readonly temporal: TemporalPlace | null;
  /** Null: the event log is the embedded one, in the store. */
  readonly kafka: { readonly brokers: readonly string[]; readonly source: string; readonly local: boolean } | null;
  readonly store:
    | { readonly url: string; readonly source: string }
    | { readonly directory: string; readonly source: string };
}

export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  readonly source: string;
}

export const NAMESPACE = "countersign";
export const stackFolder = (paths: Paths): string => join(paths.home, "stack");

/**
 * The settings TEMPORAL_ADDRESS, KAFKA_BROKERS and DATABASE_URL; for each that isn't set, what the local stack runs.
 * COUNTERSIGN_EVENT_LOG=embedded keeps the event log in the store though there is a Kafka.
 * @throws {ConfigError} `STORE_MISSING`
 */
export function locate(paths: Paths, env: NodeJS.ProcessEnv): Whereabouts {
  return fromStack(openStackStore(env.COUNTERSIGN_STACK ?? stackFolder(paths)).read().parts, env);
}

export function fromStack(stack: Partial<Stack>, env: NodeJS.ProcessEnv): Whereabouts {
  return { temporal: temporalOf(stack, env), kafka: kafkaOf(stack, env), store: storeOf(stack, env) };
}

function temporalOf({ temporal }: Partial<Stack>, env: NodeJS.ProcessEnv): Whereabouts["temporal"] {
  const namespace = env.TEMPORAL_NAMESPACE ?? temporal?.namespace ?? NAMESPACE;
  if (env.TEMPORAL_ADDRESS) return { address: env.TEMPORAL_ADDRESS, namespace, source: "TEMPORAL_ADDRESS" };
  return temporal ? { address: temporal.address, namespace, source: temporal.source } : null;
}

/** @throws {ConfigError} `TEMPORAL_MISSING` */
export function requireTemporal({ temporal }: Whereabouts): TemporalPlace {
  if (temporal) return temporal;
  throw new ConfigError(
    "TEMPORAL_MISSING",
    "no Temporal: set TEMPORAL_ADDRESS, or start the local stack with `countersign stack up`",
  );
}

function kafkaOf({ kafka }: Partial<Stack>, env: NodeJS.ProcessEnv): Whereabouts["kafka"] {
  if (env.COUNTERSIGN_EVENT_LOG === "embedded") return null;
  if (env.KAFKA_BROKERS) return { brokers: env.KAFKA_BROKERS.split(","), source: "KAFKA_BROKERS", local: false };
  return kafka ? { brokers: kafka.brokers, source: kafka.source, local: true } : null;
}

function storeOf({ postgres }: Partial<Stack>, env: NodeJS.ProcessEnv): Whereabouts["store"] {
  if (env.DATABASE_URL) return { url: env.DATABASE_URL, source: "DATABASE_URL" };
  if (!postgres)
    throw new ConfigError(
      "STORE_MISSING",
      "no store: set DATABASE_URL, or start the local stack with `countersign stack up`",
    );
  return "url" in postgres
    ? { url: postgres.url, source: postgres.source }
    : { directory: postgres.pglite, source: postgres.source };
}

/** One line each for people: what a process runs on. */
export function describe({ temporal, kafka, store }: Whereabouts): readonly string[] {
  return [
    ...(temporal ? [`Temporal: ${temporal.address} (${temporal.source})`] : []),
    kafka
      ? `event log: Kafka at ${kafka.brokers.join(", ")} (${kafka.source})`
      : "event log: embedded in the store (KAFKA_BROKERS would name a Kafka)",
    "url" in store
      ? `store: Postgres (${store.source})`
      : `store: embedded PGlite in ${store.directory} (${store.source}); it survives a crash of the program, not a power cut`,
  ];
}
