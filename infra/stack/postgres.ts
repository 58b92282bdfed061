import { existsSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { ConfigError, reasonOf } from "./errors.js";
import { requireReachable, untilHealthy } from "./health.js";
import { type PartContext, startRecorded } from "./part-context.js";
import type { PostgresPart } from "./parts.js";
import { takePorts } from "./ports.js";
import { findPostgres, type PostgresProgram, type PostgresWays, postgresWays } from "./postgres-binary.js";
import { initData, type PostgresData } from "./postgres-data.js";

const DATABASE = "countersign";

/**
 * `DATABASE_URL` where it is set, else a server of our own on an installed Postgres, else the folder for the embedded PGlite. A
 * PGlite that was used before stays, also once a server is installed: its incidents would be lost from sight.
 */
export async function upPostgres(context: PartContext, ways?: PostgresWays): Promise<PostgresPart> {
  const given = context.env.DATABASE_URL;
  if (given) return useGiven(given);
  const pglite = join(context.dir, "pglite");
  if (existsSync(pglite) && !context.store.read().kept.postgresHome)
    return embedded(context, pglite, "it holds this installation's data");
  const found = await findPostgres(ways ?? postgresWays(context.env));
  if ("program" in found) return startServer(context, found.program);
  return embedded(context, pglite, found.missing);
}

function embedded({ progress }: PartContext, pglite: string, why: string): PostgresPart {
  progress(`postgres: ${why}; using the embedded PGlite, which serves one process`);
  return { pglite, source: "embedded PGlite", since: new Date().toISOString() };
}

async function useGiven(url: string): Promise<PostgresPart> {
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new ConfigError("DATABASE_URL_BAD", "DATABASE_URL doesn't begin with postgres://");
  await requireReachable("DATABASE_URL", () => probePostgres(url));
  return { url, source: "DATABASE_URL", since: new Date().toISOString(), pid: null };
}

async function startServer(context: PartContext, program: PostgresProgram): Promise<PostgresPart> {
  const data = await initData(context, program);
  const [port] = (await takePorts(context.store, "postgres", 1)) as [number];
  context.progress(`postgres: starting ${program.source} on 127.0.0.1:${port}`);
  const started = await startRecorded(context, {
    name: "postgres",
    part: "postgres",
    file: join(program.bin, "postgres"),
    cwd: data.home,
    user: program.user,
    args: serverArgs(data, port),
    log: join(context.dir, "logs", "postgres.log"),
    // To Postgres SIGTERM means "when all clients have left", SIGINT an orderly end now.
    stopSignal: "SIGINT",
  });
  const url = (database: string) => `postgres://${data.user}:${data.password}@127.0.0.1:${port}/${database}`;
  const probe = () => probePostgres(url("postgres"));
  await untilHealthy({ what: "postgres", processes: [started], probe, timeoutMs: 60_000, progress: context.progress });
  await ensureDatabase(url("postgres"));
  return { url: url(DATABASE), source: program.source, since: started.since, pid: started.pid };
}

function serverArgs(data: PostgresData, port: number): readonly string[] {
  const settings = ["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "log_timezone=UTC"];
  return ["-D", join(data.home, "data"), ...settings.flatMap((setting) => ["-c", setting])];
}

export async function probePostgres(url: string): Promise<void> {
  await withClient(url, async (client) => void (await client.query("SELECT 1")));
}

async function ensureDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 10_000 });
  // Without a listener, a connection that breaks while idle would end the whole program.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    throw new Error(reasonOf(error));
  } finally {
    await client.end().catch(() => undefined);
  }
}
