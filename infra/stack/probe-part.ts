import { probeTcp } from "./health.js";
import { probeKafka } from "./kafka-probe.js";
import type { PartName, Stack } from "./parts.js";
import { probePostgres } from "./postgres.js";
import { probeTemporal } from "./temporal.js";
import { probeTickets } from "./tickets.js";

/** Asks a recorded part in its own protocol; throws when it isn't healthy. A part that is no process (PGlite) always is. */
export async function probePart(name: PartName, parts: Partial<Stack>): Promise<void> {
  const probe = parts[name] ? probes[name] : undefined;
  await probe?.(parts as Stack);
}

const probes: { readonly [P in PartName]: (stack: Stack) => Promise<unknown> } = {
  temporal: ({ temporal }) =>
    temporal.pid === null ? probeTcp(temporal.address) : probeTemporal(temporal.address, temporal.namespace),
  kafka: async ({ kafka }) => {
    if (kafka === null) return;
    const ours = kafka.pids.length > 0;
    const asked = kafka.brokers.map((broker) => probeKafka(broker, ours ? kafka.brokers.length : null));
    await (ours ? Promise.all(asked) : Promise.any(asked));
  },
  postgres: async ({ postgres }) => ("url" in postgres ? probePostgres(postgres.url) : undefined),
  tickets: ({ tickets }) => probeTickets(tickets.url),
};
