import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "@temporalio/client";
import { type Initialised, initialise } from "../../../infra/config/initialise.js";
import { createChangeRepository } from "../../../infra/sandbox/git-repo.js";
import { startTicketServer } from "../../../infra/sandbox/tickets.js";
import { freshDatabase } from "./fresh-database.js";
import { needKafka } from "./parts.js";

/** A whole installation of its own on the test stack: namespace, database, topic, keys, sandbox; nothing is shared between tests. */
export interface Deployment {
  readonly home: string;
  readonly installation: Initialised;
  readonly env: NodeJS.ProcessEnv;
  readonly sandbox: {
    readonly url: string;
    readonly token: string;
    readonly repository: string;
    readonly commit: string;
  };
  /** Starts one process of the program and waits until it has said `ready`. */
  start(program: "up" | "api" | "worker" | "builder", ready?: RegExp): Promise<Process>;
  /** Kills what runs and removes everything. */
  dispose(): Promise<void>;
}

export interface Process {
  readonly child: ChildProcess;
  /** Where the API listens, of `up` and `api`. */
  readonly url: string;
  readonly lines: readonly string[];
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<void>;
}

export interface DeploymentOptions {
  /** "kafka" unless told; "embedded" keeps the event log in the store. */
  readonly eventLog?: "kafka" | "embedded";
  /** "postgres" unless told; "pglite" is the embedded store, on which only `up` runs. */
  readonly store?: "postgres" | "pglite";
}

/** Without Java, and where whoever runs the tests said so, what isn't about Kafka runs on the embedded log. */
const DEFAULT_LOG = process.env.CS_TEST_EVENT_LOG === "embedded" ? "embedded" : "kafka";
const CLI = resolve("dist/infra/main/cli.js");

export async function deploy({
  eventLog = DEFAULT_LOG,
  store = "postgres",
}: DeploymentOptions = {}): Promise<Deployment> {
  if (!existsSync(CLI)) throw new Error("NOT_BUILT: run `npm run build` first");
  const id = randomBytes(6).toString("hex");
  const home = mkdtempSync(join(tmpdir(), "cs-e2e-"));
  const namespace = await freshNamespace(`cs-${id}`);
  const database = store === "postgres" ? await freshDatabase() : null;
  const tickets = await startTicketServer({
    port: 0,
    file: join(home, "tickets.jsonl"),
    token: `t-${id}`,
    repository: join(home, "environment.git"),
  });
  const changes = createChangeRepository({
    repository: join(home, "environment.git"),
    signingKey: join(home, "signing-key"),
    files: { "checkout.json": { service: "checkout", replicas: 2, minReplicas: 6 } },
  });
  const tokenFile = join(home, "ticket-token");
  writeFileSync(tokenFile, `t-${id}`, { mode: 0o600 });
  const installation = initialise({
    dir: home,
    org: "acme",
    name: "Acme",
    demo: true,
    connectors: {
      git: {
        repo: changes.repository,
        environments: { prod: changes.branch },
        signingKeyFile: changes.signingKey,
        authorName: "Countersign",
        authorEmail: "countersign@acme.example",
      },
      tickets: { url: tickets.url, tokenFile, sandbox: true },
      probe: { allow: [new URL(tickets.url).host] },
      evidence: { allow: [new URL(tickets.url).host] },
    },
  });
  const env = await environment(home, namespace, eventLog, database?.url ?? null, id);
  const running = new Set<Process>();
  return {
    home,
    installation,
    env,
    sandbox: { url: tickets.url, token: `t-${id}`, repository: changes.repository, commit: changes.commit },
    start: async (program, ready) => {
      const process_ = await startProcess(program, env, ready ?? READY[program]);
      running.add(process_);
      return process_;
    },
    dispose: async () => {
      for (const each of running) await each.kill();
      await tickets.close();
      await database?.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function environment(
  home: string,
  namespace: string,
  eventLog: "kafka" | "embedded",
  databaseUrl: string | null,
  id: string,
): Promise<NodeJS.ProcessEnv> {
  const { PATH, HOME } = process.env;
  const stack = join(home, "stack");
  mkdirSync(stack, { recursive: true });
  // The program stays with an embedded store that is there, though this machine has a Postgres.
  if (databaseUrl === null) mkdirSync(join(stack, "pglite"));
  const parts =
    databaseUrl === null
      ? { postgres: { pglite: join(stack, "pglite"), source: "test", since: new Date().toISOString() } }
      : {};
  writeFileSync(join(stack, "stack.json"), JSON.stringify({ version: 1, processes: [], parts, kept: {} }));
  return {
    PATH,
    HOME,
    COUNTERSIGN_HOME: home,
    TEMPORAL_ADDRESS: needTemporal(),
    TEMPORAL_NAMESPACE: namespace,
    COUNTERSIGN_DEV: "1",
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    ...(eventLog === "kafka"
      ? { KAFKA_BROKERS: (await needKafka()).brokers.join(","), COUNTERSIGN_TOPIC: `incident-events.test-${id}` }
      : { COUNTERSIGN_EVENT_LOG: "embedded" }),
  };
}

export function needTemporal(): string {
  const address = process.env.CS_TEST_TEMPORAL_ADDRESS;
  if (!address) throw new Error("NEEDS_TEMPORAL: CS_TEST_TEMPORAL_ADDRESS names no Temporal server");
  return address;
}

/** Task queues have fixed names: only a namespace of its own keeps a test's work from other workers. */
export async function freshNamespace(name: string): Promise<string> {
  const connection = await Connection.connect({ address: needTemporal() });
  try {
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    for (let i = 0; i < 100; i++) {
      const ready = await connection.workflowService.listWorkflowExecutions({ namespace: name }).then(
        () => true,
        () => false,
      );
      if (ready) return name;
      await sleep(100);
    }
    throw new Error(`namespace ${name} isn't usable`);
  } finally {
    await connection.close();
  }
}

const READY = {
  up: /^API: listening on (\S+)/m,
  api: /^API: listening on (\S+)/m,
  worker: /^worker: polling/m,
  builder: /^builder: folding/m,
} as const;
const START_MS = 60_000;

async function startProcess(program: string, env: NodeJS.ProcessEnv, ready: RegExp): Promise<Process> {
  const args = [
    "--enable-source-maps",
    CLI,
    program,
    ...(program === "up" || program === "api" ? ["--port", "0"] : []),
  ];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"], cwd: tmpdir() });
  const lines: string[] = [];
  const read = (chunk: Buffer): void => void lines.push(...chunk.toString("utf8").split("\n").filter(Boolean));
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  const url = await untilReady(child, lines, ready, program);
  return { child, lines, url, stop: () => end("SIGTERM"), kill: async () => void (await end("SIGKILL")) };
}

async function untilReady(
  child: ChildProcess,
  lines: readonly string[],
  ready: RegExp,
  program: string,
): Promise<string> {
  const until = Date.now() + START_MS;
  while (Date.now() < until && child.exitCode === null) {
    const found = lines.map((line) => ready.exec(line)).find((match) => match !== null);
    if (found) return found[1] ?? "";
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`${program} didn't get ready:\n${lines.slice(-30).join("\n")}`);
}
