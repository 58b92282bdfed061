import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "./errors.js";
import { requireReachable, untilHealthy } from "./health.js";
import { findKafka, KAFKA_VERSION, type KafkaProgram, type KafkaWays, kafkaWays } from "./kafka-jars.js";
import { probeKafka } from "./kafka-probe.js";
import { type BrokerPorts, LOG4J_PROPERTIES, serverProperties } from "./kafka-properties.js";
import { type PartContext, startRecorded } from "./part-context.js";
import type { KafkaPart } from "./parts.js";
import { takePorts } from "./ports.js";
import { run } from "./programs.js";
import { keep } from "./stack-file.js";

/** `KAFKA_BROKERS` (host:port, comma-separated) where it is set, else brokers of our own, else null. */
export async function upKafka(context: PartContext, wanted?: number, ways?: KafkaWays): Promise<KafkaPart | null> {
  const given = (context.env.KAFKA_BROKERS ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  if (given.length > 0) return useGiven(given);
  const program = await findKafka(ways ?? kafkaWays(context.env, context.progress), context.progress);
  if (program === null) return null;
  return startBrokers(context, program, context.store.read().kept.kafkaBrokers ?? wanted ?? 1);
}

async function useGiven(brokers: readonly string[]): Promise<KafkaPart> {
  await requireReachable("KAFKA_BROKERS", () => Promise.any(brokers.map((one) => probeKafka(one, null))));
  return { brokers, source: "KAFKA_BROKERS", since: new Date().toISOString(), pids: [] };
}

/** A quorum keeps the size that it was formatted with. */
export function requireBrokerCount(context: PartContext, wanted: number): void {
  const before = context.store.read().kept.kafkaBrokers;
  if (before === undefined || before === wanted) return;
  throw new ConfigError(
    "KAFKA_BROKER_COUNT",
    `${context.dir} holds the data of ${before} Kafka broker(s), ${wanted} asked for: use another --dir`,
  );
}

async function startBrokers(context: PartContext, program: KafkaProgram, count: number): Promise<KafkaPart> {
  const ports = pairs(await takePorts(context.store, "kafka", 2 * count));
  const brokers = ports.map((one) => `127.0.0.1:${one.broker}`);
  context.progress(
    `kafka: starting ${count} broker(s) ${KAFKA_VERSION} (${program.source}) on ${brokers.join(", ")}, about 10 s`,
  );
  const clusterId = context.store.read().kept.kafkaClusterId ?? randomBytes(16).toString("base64url");
  // Kept before the first folder is formatted, so that brokers formatted after a crash join the same cluster.
  keep(context.store, { kafkaClusterId: clusterId, kafkaBrokers: count });
  await Promise.all(ports.map((_, index) => prepareBroker(context, program, index + 1, ports, clusterId)));
  const processes = await Promise.all(ports.map((_, index) => startBroker(context, program, index + 1)));
  const probe = async () => void (await Promise.all(brokers.map((one) => probeKafka(one, count))));
  await untilHealthy({ what: "kafka", processes, probe, timeoutMs: 120_000, progress: context.progress });
  return { brokers, source: program.source, since: processes[0]!.since, pids: processes.map((one) => one.pid) };
}

/** Settings are written anew at each start, since ports may change; the data folder is formatted once. */
async function prepareBroker(
  context: PartContext,
  program: KafkaProgram,
  nodeId: number,
  ports: readonly BrokerPorts[],
  clusterId: string,
): Promise<void> {
  const home = brokerHome(context.dir, nodeId);
  mkdirSync(join(home, "data"), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, "server.properties"), serverProperties(nodeId, ports, join(home, "data")));
  writeFileSync(join(home, "log4j2.properties"), LOG4J_PROPERTIES);
  if (existsSync(join(home, "data", "meta.properties"))) return;
  const args = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", join(home, "server.properties")];
  await run(program.java, [...javaArgs(home, program), ...args], { env: context.env, timeoutMs: 60_000 });
}

function startBroker(context: PartContext, program: KafkaProgram, nodeId: number) {
  const home = brokerHome(context.dir, nodeId);
  const name = `kafka-${nodeId}`;
  const args = ["-Xmx512m", ...javaArgs(home, program), "kafka.Kafka", join(home, "server.properties")];
  const log = join(context.dir, "logs", `${name}.log`);
  return startRecorded(context, { name, part: "kafka", file: program.java, args, cwd: home, log });
}

function javaArgs(home: string, { libs }: KafkaProgram): readonly string[] {
  return [`-Dlog4j2.configurationFile=${join(home, "log4j2.properties")}`, "-cp", join(libs, "*")];
}

function brokerHome(dir: string, nodeId: number): string {
  return join(dir, "kafka", String(nodeId));
}

function pairs(ports: readonly number[]): readonly BrokerPorts[] {
  return Array.from({ length: ports.length / 2 }, (_, index) => {
    return { broker: ports[2 * index]!, controller: ports[2 * index + 1]! };
  });
}
