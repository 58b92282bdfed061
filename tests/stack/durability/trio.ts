import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigResourceTypes, Kafka, logLevel } from "kafkajs";
import { parse, stringify } from "yaml";
import { newId } from "../../../infra/config/starter.js";
import { wantedShape } from "../../../infra/event-log/kafka-topic.js";
import { openPostgres } from "../../../infra/sql/postgres.js";
import type { Sql } from "../../../infra/sql/sql.js";
import { type Deployment, deploy, type Process } from "../support/deployment.js";
import { type Http, httpOf } from "../support/http.js";

type Program = "api" | "worker" | "builder";

/** An installation whose api, worker and builder are processes of their own, so that each can be killed and started again. */
export interface Trio {
  readonly deployment: Deployment;
  readonly sql: Sql;
  /** Of the api that runs now. */
  readonly http: Http;
  start(program: Program): Promise<void>;
  /** -9. */
  kill(program: Program): Promise<void>;
  dispose(): Promise<void>;
}

/** `targets` are places to act on that no other incident wants. */
export async function startTrio(...targets: readonly string[]): Promise<Trio> {
  const deployment = await deploy();
  addTargets(deployment, targets);
  const sql = openPostgres({ url: deployment.env.DATABASE_URL!, warn: () => {} });
  const running = new Map<Program, Process>();
  const start = async (program: Program): Promise<void> => void running.set(program, await deployment.start(program));
  const dispose = async (): Promise<void> => {
    await sql.close();
    await deployment.dispose();
  };
  const kill = (program: Program): Promise<void> => running.get(program)!.kill();
  await Promise.all((["api", "worker", "builder"] as const).map(start));
  const http = (): Http => httpOf(deployment, running.get("api")!);
  return {
    deployment,
    sql,
    get http() {
      return http();
    },
    start,
    kill,
    dispose,
  };
}

function addTargets({ installation }: Deployment, names: readonly string[]): void {
  const file = installation.paths.config;
  const config = parse(readFileSync(file, "utf8")) as { targets: object[] };
  const lab = (name: string) => ({ id: newId("tgt"), name, env: "staging", tier: 3, tags: [], owner: "group:sre" });
  writeFileSync(file, stringify({ ...config, targets: [...config.targets, ...names.map(lab)] }));
}

/** The broker takes no record of this deployment's topic, which are all larger, until it may again. */
export async function takeRecords({ env }: Deployment, take: boolean): Promise<void> {
  const admin = new Kafka({ brokers: env.KAFKA_BROKERS!.split(","), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configs = { ...wantedShape(1).configs, ...(take ? {} : { "max.message.bytes": "64" }) };
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  const topic = { type: ConfigResourceTypes.TOPIC, name: env.COUNTERSIGN_TOPIC!, configEntries };
  await admin.alterConfigs({ validateOnly: false, resources: [topic] });
  await admin.disconnect();
}

export async function until(seen: () => Promise<boolean>, everyMs: number): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(everyMs)) if (await seen()) return;
  throw new Error("not within 30 s");
}
