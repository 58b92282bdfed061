import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { probeTcp, requireReachable, untilHealthy } from "./health.js";
import { type PartContext, startRecorded } from "./part-context.js";
import type { TemporalPart } from "./parts.js";
import { takePorts } from "./ports.js";
import { findTemporalBinary, type TemporalWays, temporalWays } from "./temporal-binary.js";

const NAMESPACE = "countersign";

/** `TEMPORAL_ADDRESS` (with `TEMPORAL_NAMESPACE`) where it is set, else the dev server, with its state in the stack's folder. */
export async function upTemporal(context: PartContext, ways?: TemporalWays): Promise<TemporalPart> {
  const given = context.env.TEMPORAL_ADDRESS;
  if (!given) return startDevServer(context, ways ?? temporalWays(context.env, context.progress));
  // Only reachability: whether our TLS settings and key fit is for the client that has them.
  await requireReachable("TEMPORAL_ADDRESS", () => probeTcp(given));
  const namespace = context.env.TEMPORAL_NAMESPACE || NAMESPACE;
  return { address: given, namespace, source: "TEMPORAL_ADDRESS", since: new Date().toISOString(), pid: null };
}

async function startDevServer(context: PartContext, ways: TemporalWays): Promise<TemporalPart> {
  const { file, source } = await findTemporalBinary(ways, context.progress);
  const [port, httpPort, metricsPort] = (await takePorts(context.store, "temporal", 3)) as [number, number, number];
  const address = `127.0.0.1:${port}`;
  context.progress(`temporal: starting the dev server (${source}) on ${address}`);
  const started = await startRecorded(context, {
    name: "temporal",
    part: "temporal",
    file,
    cwd: context.dir,
    log: join(context.dir, "logs", "temporal.log"),
    args: devServerArgs(context.dir, port, httpPort, metricsPort),
    // The server looks its user up by name and exits where it finds none.
    env: { ...context.env, USER: context.env.USER || "countersign" },
  });
  const probe = () => probeTemporal(address, NAMESPACE);
  await untilHealthy({ what: "temporal", processes: [started], probe, timeoutMs: 60_000, progress: context.progress });
  return { address, namespace: NAMESPACE, source, since: started.since, pid: started.pid };
}

function devServerArgs(dir: string, port: number, httpPort: number, metricsPort: number): readonly string[] {
  const data = join(dir, "temporal");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const ports = ["--port", `${port}`, "--http-port", `${httpPort}`, "--metrics-port", `${metricsPort}`];
  const files = ["--db-filename", join(data, "temporal.db"), "--log-level", "warn"];
  return ["server", "start-dev", "--ip", "127.0.0.1", "--headless", "--namespace", NAMESPACE, ...ports, ...files];
}

/** Healthy means that the frontend knows our namespace, not just that a port is open. */
export async function probeTemporal(address: string, namespace: string): Promise<void> {
  // Loaded here, since the client takes most of a second to load and `stack --help` needs none of it.
  const { Connection } = await import("@temporalio/client");
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    await connection.withDeadline(Date.now() + 3_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } finally {
    await connection.close();
  }
}
