import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitConnector } from "../../../activities/connectors/git.js";
import type { GitConfig } from "../../../activities/connectors/git-config.js";
import type { StepOrder } from "../../../activities/ports.js";
import { createChangeRepository } from "../../../infra/sandbox/git-repo.js";

export const KEY = "a".repeat(64);
export const secret = Buffer.from("a secret of this connector");
export const author = { name: "Countersign", email: "countersign@example.org" };

export const order: StepOrder = {
  org: "acme",
  inc: "inc_00000000000000000000000001",
  step: "scale-up",
  action: "set",
  targets: ["tgt_checkout"],
  params: { set: { replicas: 5 } },
  idempotencyKey: KEY,
  fence: 1,
  at: "2026-03-11T15:00:00.250Z",
  rollback: false,
};

/** A real repository behind its hook, and what a test may do to it. */
export function openWorkshop() {
  const dir = mkdtempSync(join(tmpdir(), "git-connector-"));
  const repository = join(dir, "environment.git");
  const files = { "checkout.json": { replicas: 1, minReplicas: 3 }, "payments.json": { replicas: 2 } };
  const made = createChangeRepository({ repository, signingKey: join(dir, "signer"), files });
  const git = (args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}) => {
    const env = {
      ...process.env,
      ...identity(author),
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      ...options.env,
    };
    return execFileSync("git", [`--git-dir=${repository}`, ...args], {
      input: options.input ?? "",
      env,
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  };
  const config = (changes: Partial<GitConfig> = {}): GitConfig => ({
    repo: repository,
    branches: { prod: "env/prod" },
    targets: {
      tgt_checkout: { file: "checkout.json", env: "prod" },
      tgt_payments: { file: "payments.json", env: "prod" },
    },
    signingKey: made.signingKey,
    author,
    markerSecret: secret,
    workDir: join(dir, "work"),
    ...changes,
  });
  return {
    ...made,
    dir,
    git,
    config,
    connector: (changes?: Partial<GitConfig>) => gitConnector(config(changes)),
    head: () => git(["rev-parse", "env/prod"]),
    content: (file = "checkout.json") => JSON.parse(git(["show", `env/prod:${file}`])) as Record<string, unknown>,
    commits: () => git(["rev-list", "env/prod"]).split("\n"),
    /** Past the hook, as only the server's owner can. */
    force: (commit: string) => git(["update-ref", "refs/heads/env/prod", commit]),
    postReceive: (script: string) =>
      writeFileSync(join(repository, "hooks", "post-receive"), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    preReceive: (script: string) =>
      writeFileSync(join(repository, "hooks", "pre-receive"), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    /** A commit on `parent` that changes one file, unpushed and unsigned. */
    commit: (parent: string, file: string, content: unknown, message: string, who = author) => {
      const blob = git(["hash-object", "-w", "--stdin"], { input: `${JSON.stringify(content, null, 2)}\n` });
      const others = git(["ls-tree", parent])
        .split("\n")
        .filter((line) => !line.endsWith(`\t${file}`));
      const tree = git(["mktree"], { input: [...others, `100644 blob ${blob}\t${file}`, ""].join("\n") });
      return git(["commit-tree", tree, "-p", parent, "-m", message], { env: identity(who) });
    },
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

const identity = ({ name, email }: { name: string; email: string }) => ({
  GIT_AUTHOR_NAME: name,
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: name,
  GIT_COMMITTER_EMAIL: email,
});
