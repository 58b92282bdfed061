import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import { build } from "esbuild";
import { Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { packageRoot } from "../../infra/stack/folders.js";
import { type Stack, stackDown, stackStatus, stackUp } from "../../infra/stack/stack.js";
import { openStackStore } from "../../infra/stack/stack-file.js";

/** Nothing of the surroundings' own servers: what is tested is the finding of local ones. */
const { TEMPORAL_ADDRESS: _t, KAFKA_BROKERS: _k, DATABASE_URL: _d, ...env } = process.env;

const GIVABLE = ["temporal", "kafka", "postgres"] as const;

let root: string;
let sandbox: string;
let lines: string[];
const dir = () => join(root, "stack");
const progress = (line: string) => void lines.push(line);
const up = () => stackUp({ dir: dir(), env, progress, sandbox });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "countersign-stack-"));
  sandbox = join(root, "sandbox.mjs");
  const entryPoints = [join(packageRoot(), "infra", "main", "sandbox.ts")];
  await build({ entryPoints, outfile: sandbox, bundle: true, platform: "node", format: "esm", logLevel: "error" });
});
beforeEach(() => void (lines = []));
afterAll(async () => {
  await stackDown(dir(), () => undefined);
  const home = openStackStore(dir()).read().kept.postgresHome;
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
  rmSync(root, { recursive: true });
});

const pids = () =>
  openStackStore(dir())
    .read()
    .processes.map((one) => one.pid);

async function query(stack: Stack, sql: string): Promise<unknown[]> {
  if (!("url" in stack.postgres)) throw new Error("NEEDS_POSTGRES: this test needs a local Postgres server");
  const client = new pg.Client({ connectionString: stack.postgres.url });
  await client.connect();
  return client
    .query(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

async function kafkaNodes(stack: Stack): Promise<number> {
  if (stack.kafka === null) throw new Error("NEEDS_JAVA: this test needs Java 17 or later and Maven");
  const kafka = new Kafka({ brokers: [...stack.kafka.brokers], logLevel: logLevel.NOTHING, retry: { retries: 3 } });
  const admin = kafka.admin();
  await admin.connect();
  return admin
    .describeCluster()
    .then(({ brokers }) => brokers.length)
    .finally(() => admin.disconnect());
}

async function createTicket({ tickets }: Stack, key: string): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${tickets.token}`, "content-type": "application/json" };
  const body = JSON.stringify({ key, title: "a ticket", body: "of the stack's test" });
  const answer = await fetch(`${tickets.url}/tickets`, { method: "POST", headers, body });
  return (await answer.json()) as { id: string };
}

describe("the local stack", () => {
  it("starts every part, two starters taking turns, and each part answers", async () => {
    const [stack, same] = await Promise.all([up(), up()]);
    expect(same).toEqual(stack);
    expect(lines).toContainEqual(expect.stringContaining("is at work on"));
    expect(pids()).toHaveLength(4);

    const connection = await Connection.connect({ address: stack.temporal.address });
    const { namespaceInfo } = await connection.workflowService.describeNamespace({
      namespace: stack.temporal.namespace,
    });
    await connection.close();
    expect(namespaceInfo?.name).toBe("countersign");
    expect(await kafkaNodes(stack)).toBe(1);
    expect(await query(stack, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect((await createTicket(stack, "k-1")).id).toBe("SANDBOX-1");
  }, 420_000);

  it("says what runs, where, and since when, without a secret", async () => {
    const status = await stackStatus(dir());
    expect(status.running).toBe(true);
    for (const part of status.parts) {
      expect(part).toMatchObject({ state: "running", address: expect.stringContaining("127.0.0.1:"), reason: null });
      expect(part.since).toMatch(/^\d{4}-.*Z$/);
    }
    const { kept } = openStackStore(dir()).read();
    expect(JSON.stringify(status)).not.toContain(kept.postgresPassword);
    expect(JSON.stringify(status)).not.toContain(kept.ticketsToken);
    expect(statSync(join(dir(), "stack.json")).mode & 0o777).toBe(0o600);
  }, 30_000);

  it("lets nobody into Postgres without the password, and only over loopback", async () => {
    const { postgres } = openStackStore(dir()).read().parts as Stack;
    if (!("url" in postgres)) throw new Error("NEEDS_POSTGRES: this test needs a local Postgres server");
    const url = new URL(postgres.url);
    url.password = "another";
    const client = new pg.Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toMatchObject({ code: "28P01" });
    expect(await query(openStackStore(dir()).read().parts as Stack, "SHOW listen_addresses")).toEqual([
      { listen_addresses: "127.0.0.1" },
    ]);
  }, 30_000);

  it("starts again only the part that died", async () => {
    const before = pids();
    const victim = openStackStore(dir())
      .read()
      .processes.find((one) => one.part === "temporal")!;
    process.kill(victim.pid, "SIGKILL");
    await until(async () => !(await stackStatus(dir())).running);
    expect((await stackStatus(dir())).parts[0]).toMatchObject({
      state: "down",
      reason: expect.stringContaining("has ended"),
    });
    await up();
    expect(pids().filter((pid) => before.includes(pid))).toHaveLength(3);
    expect((await stackStatus(dir())).running).toBe(true);
  }, 60_000);

  it("refuses another number of brokers than its data has", async () => {
    const other = stackUp({ dir: dir(), env, progress, sandbox, kafkaBrokers: 3 });
    await expect(other).rejects.toMatchObject({ code: "KAFKA_BROKER_COUNT" });
  });

  it("stops all that it started and leaves nothing running", async () => {
    const started = pids();
    await stackDown(dir(), progress);
    expect(started).toHaveLength(4);
    expect(started.filter(isRunning)).toEqual([]);
    expect(lines.filter((line) => line.endsWith("stopped"))).toHaveLength(4);
    expect((await stackStatus(dir())).parts.map((part) => part.state)).toEqual(["down", "down", "down", "down"]);
  }, 60_000);

  it("comes up again with its data, on the same ports", async () => {
    const ports = openStackStore(dir()).read().kept.ports;
    const stack = await up();
    expect(openStackStore(dir()).read().kept.ports).toEqual(ports);
    expect((await createTicket(stack, "k-1")).id).toBe("SANDBOX-1");
    expect(await kafkaNodes(stack)).toBe(1);
  }, 120_000);

  it("takes what the environment names, and doesn't stop what it didn't start", async () => {
    const own = openStackStore(dir()).read().parts as Stack;
    if (!("url" in own.postgres) || own.kafka === null) throw new Error("NEEDS_POSTGRES, NEEDS_JAVA: for this test");
    const other = mkdtempSync(join(root, "given-"));
    const given = {
      TEMPORAL_ADDRESS: own.temporal.address,
      KAFKA_BROKERS: own.kafka.brokers.join(),
      DATABASE_URL: own.postgres.url,
    };
    const stack = await stackUp({ dir: other, parts: GIVABLE, env: { ...env, ...given }, progress });
    expect(GIVABLE.map((part) => stack[part]?.source)).toEqual(["TEMPORAL_ADDRESS", "KAFKA_BROKERS", "DATABASE_URL"]);
    expect(stack.temporal.pid).toBeNull();
    expect((await stackStatus(other)).parts.map((part) => part.state)).toEqual([
      "running",
      "running",
      "running",
      "down",
    ]);
    await stackDown(other, progress);
    expect((await stackStatus(dir())).running).toBe(true);
  }, 60_000);

  it.each([
    ["temporal", "TEMPORAL_ADDRESS", "127.0.0.1:1"],
    ["kafka", "KAFKA_BROKERS", "127.0.0.1:1"],
    ["postgres", "DATABASE_URL", "postgres://127.0.0.1:1/none"],
  ] as const)(
    "names the setting at fault when no %s answers at %s",
    async (part, setting, value) => {
      const other = mkdtempSync(join(root, "unreachable-"));
      const unreachable = stackUp({ dir: other, parts: [part], env: { ...env, [setting]: value }, progress });
      await expect(unreachable).rejects.toMatchObject({
        code: "PART_UNREACHABLE",
        message: expect.stringContaining(setting),
      });
    },
    30_000,
  );

  it("starts no sandbox that isn't compiled", async () => {
    const other = mkdtempSync(join(root, "other-"));
    const missing = stackUp({ dir: other, parts: ["tickets"], env, progress, sandbox: join(other, "none.js") });
    await expect(missing).rejects.toMatchObject({
      code: "NOT_BUILT",
      message: expect.stringContaining("npm run build"),
    });
  });

  it("makes do with the embedded parts where nothing is installed", async () => {
    const bare = mkdtempSync(join(root, "bare-"));
    const stack = await stackUp({ dir: bare, parts: ["kafka"], env: { HOME: bare, PATH: bare }, progress });
    expect(stack.kafka).toBeNull();
    expect(lines).toContain("kafka: no Java here; the event log will be the embedded Postgres one");
    expect((await stackStatus(bare)).parts[1]).toMatchObject({ state: "embedded" });
  });
});

it("runs three Kafka brokers as one cluster, also after a restart on other ports", async () => {
  const three = mkdtempSync(join(root, "three-"));
  const start = () => stackUp({ dir: three, parts: ["kafka"], kafkaBrokers: 3, env, progress });
  try {
    expect(await kafkaNodes((await start()) as Stack)).toBe(3);
    await stackDown(three, progress);
    openStackStore(three).update((file) => ({ ...file, kept: { ...file.kept, ports: {} } }));
    expect(await kafkaNodes((await start()) as Stack)).toBe(3);
  } finally {
    await stackDown(three, progress);
  }
}, 240_000);

function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return process.platform !== "linux" && psKnows(pid);
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

function psKnows(pid: number): boolean {
  try {
    return execFileSync("ps", ["-p", String(pid), "-o", "pid="]).length > 0;
  } catch {
    return false;
  }
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 100));
}
