import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

/** A real Alertmanager on this machine, which sends what it is told to our webhook. */
export interface LocalAlertmanager {
  readonly url: string;
  /** As a Prometheus would. */
  fire(alert: AlertToFire): Promise<void>;
  stop(): Promise<void>;
}

export interface AlertToFire {
  readonly labels: { readonly [name: string]: string };
  readonly annotations: { readonly [name: string]: string };
}

/** The program's path: Debian calls it `prometheus-alertmanager`, the project `alertmanager`; null where neither is installed. */
export function findAlertmanager(env: NodeJS.ProcessEnv = process.env): string | null {
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const places = ["alertmanager", "prometheus-alertmanager"].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return places.find((place) => existsSync(place)) ?? null;
}

/** Runs it on loopback with one webhook receiver. The bearer token stands in a file that only its owner can read. */
export async function startAlertmanager(
  program: string,
  dir: string,
  webhook: { readonly url: string; readonly token: string },
): Promise<LocalAlertmanager> {
  mkdirSync(dir, { recursive: true });
  const tokenFile = join(dir, "token");
  writeFileSync(tokenFile, webhook.token, { mode: 0o600 });
  writeFileSync(join(dir, "alertmanager.yml"), configOf(webhook.url, tokenFile));
  const port = await freePort();
  const log = openSync(join(dir, "alertmanager.log"), "a");
  const args = [
    `--config.file=${join(dir, "alertmanager.yml")}`,
    `--storage.path=${join(dir, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--cluster.listen-address=",
  ];
  const child = spawn(program, args, { stdio: ["ignore", log, log] });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  };
  await untilReady(url).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop, fire: (alert) => fire(url, alert) };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const configOf = (url: string, tokenFile: string): string => `route:
  receiver: countersign
  group_by: [alertname, service, env]
  group_wait: 0s
receivers:
  - name: countersign
    webhook_configs:
      - url: ${url}
        send_resolved: true
        http_config:
          authorization: { type: Bearer, credentials_file: ${tokenFile} }
`;

async function untilReady(url: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const ready = await fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Alertmanager at ${url} didn't become ready`);
}

async function fire(url: string, { labels, annotations }: AlertToFire): Promise<void> {
  const body = JSON.stringify([
    { labels, annotations, startsAt: new Date().toISOString(), generatorURL: "http://prometheus.example/graph" },
  ]);
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  if (!answer.ok) throw new Error(`Alertmanager refused the alert: ${answer.status} ${await answer.text()}`);
}
