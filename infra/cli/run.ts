import { Command, InvalidArgumentError } from "commander";
import { findPaths } from "../config/paths.js";
import { ConfigError } from "../config-error.js";
import { describe, locate } from "../deployment/locate.js";

/** The processes of a deployment, each until it is told to stop. The heavy parts are loaded only when one is asked for. */
export const runCommands = (): Command[] => [upCommand(), apiCommand(), workerCommand(), builderCommand()];

const DEFAULT_PORT = 8460;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const port = (value: string): number => {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 0 || n > 65_535) throw new InvalidArgumentError("expected a port from 0 to 65535");
  return n;
};

const listening = (command: Command): Command =>
  command
    .option("--port <port>", "port of the API; 0 takes a free one", port, DEFAULT_PORT)
    .option("--host <host>", "address to listen on", "127.0.0.1");

interface Listening {
  readonly port: number;
  readonly host: string;
}

const upCommand = (): Command =>
  listening(new Command("up"))
    .description("run api, worker and builder in one process, and start what they need")
    .addHelpText(
      "after",
      "\nExamples:\n  countersign init && countersign up\n  countersign up --port 0\n  DATABASE_URL=postgres://… KAFKA_BROKERS=a:9092,b:9092 countersign up",
    )
    .action(async (options: Listening) => {
      const { up } = await import("../deployment/up.js");
      await untilStopped(await up({ paths: findPaths(), env: process.env, say, ...options }));
    });

const apiCommand = (): Command =>
  listening(new Command("api"))
    .description("run the API alone (needs a Postgres that other processes share)")
    .addHelpText(
      "after",
      "\nExample:\n  DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 KAFKA_BROKERS=kafka:9092 countersign api --host 0.0.0.0",
    )
    .action(async (options: Listening) => {
      const [{ startApi }, deployment] = await Promise.all([import("../deployment/api.js"), open("api")]);
      await untilStopped(await startApi(deployment, options), deployment);
    });

const workerCommand = (): Command =>
  new Command("worker")
    .description("run the Temporal worker alone")
    .addHelpText(
      "after",
      "\nExample:\n  DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 KAFKA_BROKERS=kafka:9092 countersign worker",
    )
    .action(async () => {
      const [{ startWorker }, deployment] = await Promise.all([import("../deployment/worker.js"), open("worker")]);
      const worker = await startWorker(deployment);
      say("worker: polling");
      await untilStopped({ close: () => worker.stop(), failed: worker.done }, deployment);
    });

const builderCommand = (): Command =>
  new Command("builder")
    .description("run the receipt builder alone; it needs the event log, the store and the keys, and no Temporal")
    .addHelpText("after", "\nExample:\n  DATABASE_URL=postgres://… KAFKA_BROKERS=kafka:9092 countersign builder")
    .action(async () => {
      const [{ startBuilder }, deployment] = await Promise.all([import("../deployment/builder.js"), open("builder")]);
      const builder = await startBuilder(deployment);
      say("builder: folding");
      await untilStopped(builder, deployment);
    });

async function open(program: "api" | "worker" | "builder") {
  const { openDeployment } = await import("../deployment/deployment.js");
  const paths = findPaths();
  const where = locate(paths, process.env);
  for (const line of describe(where)) say(line);
  return openDeployment({ paths, where, program, env: process.env, say });
}

export interface Running {
  close(): Promise<void>;
  /** Rejects where a part stopped by itself. */
  readonly failed?: Promise<unknown>;
}

/** Until SIGINT or SIGTERM: then stops what runs, in the order given, and ends with 0. A part that ends by itself is a failure. */
async function untilStopped(...running: readonly Running[]): Promise<void> {
  const signalled = new Promise<string>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
  });
  const ended = running.flatMap(({ failed }) =>
    failed
      ? [failed.then(() => Promise.reject(new ConfigError("PART_ENDED", "a part of the program ended by itself")))]
      : [],
  );
  try {
    say(`${await Promise.race([signalled, ...ended])}: stopping`);
  } finally {
    for (const each of running) await each.close();
  }
}
