import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Initialised, initialise } from "../config/initialise.js";
import type { Paths } from "../config/paths.js";
import { fromStack } from "../deployment/locate.js";
import { type Up, up } from "../deployment/up.js";
import { createChangeRepository } from "../sandbox/git-repo.js";
import { stackDown, stackUp } from "../stack/stack.js";

/** Everything that the demo plays on: real parts, an installation of its own, and sandboxes for what a team would have. */
export interface Stage {
  readonly paths: Paths;
  readonly installation: Initialised;
  readonly running: Up;
  /** The sandbox's base URL: tickets, and a service whose health follows its configuration in Git. */
  readonly sandbox: { readonly url: string; readonly token: string };
  /** The commit that production runs now. */
  readonly commit: string;
  /** Stops the program; the stack too unless it is kept. */
  close(keepStack: boolean): Promise<void>;
}

export const SERVICE = "checkout";
export const NEEDED_REPLICAS = 6;

/** A fresh installation in `home`; what an earlier demo left running or lying there is cleared first. */
export async function setStage(home: string, port: number, say: (line: string) => void): Promise<Stage> {
  const stackDir = join(home, "stack");
  await stackDown(stackDir, () => undefined);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const stack = await stackUp({ dir: stackDir, parts: ["temporal", "kafka", "postgres", "tickets"], progress: say });
  const { tickets } = stack;
  const changes = createChangeRepository({
    repository: tickets.repository,
    signingKey: join(home, "sandbox", "signing-key"),
    files: { [`${SERVICE}.json`]: { service: SERVICE, replicas: 2, minReplicas: NEEDED_REPLICAS } },
  });
  const tokenFile = join(home, "sandbox", "ticket-token");
  writeFileSync(tokenFile, tickets.token, { mode: 0o600 });
  const installation = initialise({
    dir: home,
    org: "demo",
    name: "Demo Payments",
    demo: true,
    connectors: {
      git: {
        repo: changes.repository,
        environments: { prod: changes.branch },
        signingKeyFile: changes.signingKey,
        authorName: "Countersign",
        authorEmail: "countersign@demo.example",
      },
      tickets: { url: tickets.url, tokenFile, sandbox: true },
      probe: { allow: [new URL(tickets.url).host] },
    },
  });
  const running = await up({
    paths: installation.paths,
    where: fromStack(stack, process.env),
    env: process.env,
    port,
    host: "127.0.0.1",
    say,
  });
  const close = async (keepStack: boolean): Promise<void> => {
    await running.close();
    if (!keepStack) await stackDown(stackDir, say);
  };
  return {
    paths: installation.paths,
    installation,
    running,
    sandbox: { url: tickets.url, token: tickets.token },
    commit: changes.commit,
    close,
  };
}

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
