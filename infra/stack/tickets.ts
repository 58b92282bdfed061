import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "./errors.js";
import { packageRoot } from "./folders.js";
import { untilHealthy } from "./health.js";
import { type PartContext, startRecorded } from "./part-context.js";
import type { TicketsPart } from "./parts.js";
import { takePorts } from "./ports.js";
import { keep } from "./stack-file.js";

/** The sandbox: a ticket server and sandbox services, in a process of their own. `entry` is the compiled program. */
export async function upTickets(context: PartContext, entry = sandboxEntry()): Promise<TicketsPart> {
  requireBuilt(entry);
  const token = context.store.read().kept.ticketsToken ?? randomBytes(24).toString("hex");
  keep(context.store, { ticketsToken: token });
  const repository = context.env.SANDBOX_REPO || join(context.dir, "sandbox", "environment.git");
  const [port] = (await takePorts(context.store, "tickets", 1)) as [number];
  const url = `http://127.0.0.1:${port}`;
  context.progress(`tickets: starting the ticket sandbox on ${url}`);
  const file = join(context.dir, "sandbox", "tickets.jsonl");
  const settings = { TICKETS_PORT: `${port}`, TICKETS_FILE: file, TICKETS_TOKEN: token, SANDBOX_REPO: repository };
  const started = await startRecorded(context, {
    name: "tickets",
    part: "tickets",
    file: process.execPath,
    args: [entry],
    cwd: context.dir,
    env: { ...context.env, ...settings, NODE_OPTIONS: "" },
    log: join(context.dir, "logs", "tickets.log"),
  });
  const probe = () => probeTickets(url);
  await untilHealthy({ what: "tickets", processes: [started], probe, timeoutMs: 30_000, progress: context.progress });
  return { url, token, repository, source: "ticket sandbox", since: started.since, pid: started.pid };
}

export async function probeTickets(url: string): Promise<void> {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(3_000) });
  await answer.body?.cancel();
  if (answer.headers.get("x-sandbox") !== "true") throw new Error(`${url} isn't our sandbox`);
  if (!answer.ok) throw new Error(`${url}/health answered ${answer.status}`);
}

export function sandboxEntry(): string {
  return join(packageRoot(), "dist", "infra", "main", "sandbox.js");
}

function requireBuilt(entry: string): void {
  if (existsSync(entry)) return;
  throw new ConfigError("NOT_BUILT", `the ticket sandbox isn't compiled (${entry} is missing): run \`npm run build\``);
}
