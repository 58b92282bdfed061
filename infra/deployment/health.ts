import type { HealthProbes, PartHealth } from "../../services/ports.js";
import { EFFECTS_QUEUE, INCIDENTS_QUEUE, POLICY_QUEUE } from "../../workflows/messages.js";
import { sqlFoldStore } from "../store/fold.js";
import type { TemporalClient } from "../temporal/client.js";
import type { Deployment } from "./deployment.js";

type Part = PartHealth["part"];
interface Finding {
  readonly waiting: number | null;
  readonly detail: string | null;
}
type Probe = () => Promise<Finding>;

const TIMEOUT_MS = 2_000;
const fine: Finding = { waiting: null, detail: null };

/** Asks each part itself; `since` is when this process first saw it in its present state. */
export function healthProbes(
  deployment: Deployment,
  temporal: TemporalClient,
  inboxWaiting: () => Promise<number>,
): HealthProbes {
  const probes = probesOf(deployment, temporal, inboxWaiting);
  const seen = new Map<Part, { state: PartHealth["state"]; since: string }>();
  const remember = (part: Part, state: PartHealth["state"]): string => {
    const known = seen.get(part);
    if (known?.state === state) return known.since;
    const since = new Date().toISOString();
    seen.set(part, { state, since });
    return since;
  };
  return {
    probe: () =>
      Promise.all(
        Object.entries(probes).map(async ([name, probe]): Promise<PartHealth> => {
          const part = name as Part;
          const found = await within(probe()).catch((error: unknown) => ({ down: reason(error) }));
          if ("down" in found)
            return { part, state: "down", since: remember(part, "down"), waiting: null, detail: found.down };
          return { part, state: "up", since: remember(part, "up"), ...found };
        }),
      ),
  };
}

const probesOf = (
  deployment: Deployment,
  temporal: TemporalClient,
  inboxWaiting: () => Promise<number>,
): Record<Part, Probe> => ({
  temporal: async () => {
    await temporal.client.connection.withDeadline(Date.now() + TIMEOUT_MS, () =>
      temporal.client.workflowService.getSystemInfo({}),
    );
    return fine;
  },
  "event-log": async () => {
    await deployment.log.ends();
    return fine;
  },
  store: async () => {
    await deployment.sql.query("select 1");
    return fine;
  },
  builder: async () => lagOf(deployment),
  worker: async () => pollersOf(temporal),
  dispatcher: async () => ({ waiting: await inboxWaiting(), detail: null }),
});

/** Records in the log that aren't in receipts yet, and incidents whose fold stands still. */
async function lagOf({ log, sql }: Deployment): Promise<Finding> {
  const [ends, offsets, stuck] = await Promise.all([
    log.ends(),
    sqlFoldStore(sql).offsets(),
    sql.query<{ n: number }>("select count(*)::int as n from fold_incidents where status <> 'ok'"),
  ]);
  const waiting = ends.reduce((sum, end, partition) => sum + Math.max(0, end - (offsets[partition] ?? 0)), 0);
  const n = stuck[0]!.n;
  return {
    waiting,
    detail: n === 0 ? null : `${n} incident${n === 1 ? "" : "s"} forked, gapped or held: see the alarms`,
  };
}

/** A queue that nobody has polled lately is a worker that is down. */
async function pollersOf({ client }: TemporalClient): Promise<Finding> {
  const queues = [
    { name: INCIDENTS_QUEUE, type: 1 },
    { name: POLICY_QUEUE, type: 2 },
    { name: EFFECTS_QUEUE, type: 2 },
  ];
  for (const { name, type } of queues) {
    const { pollers } = await client.connection.withDeadline(Date.now() + TIMEOUT_MS, () =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name },
        taskQueueType: type,
      }),
    );
    const last = Math.max(0, ...(pollers ?? []).map((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000));
    if (Date.now() - last > 90_000) throw new Error(`no worker polls the queue ${name}`);
  }
  return fine;
}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS + 500);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const reason = (error: unknown): string =>
  error instanceof Error ? error.message.split("\n")[0]!.slice(0, 200) : "no answer";
