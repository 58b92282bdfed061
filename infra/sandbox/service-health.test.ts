import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTicketServer, type TicketServer } from "./tickets.js";

let dir: string;
let repository: string;
let server: TicketServer;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "services-"));
  repository = join(dir, "environment.git");
  server = await startTicketServer({ port: 0, file: join(dir, "tickets.jsonl"), token: "secret", repository });
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

function git(args: readonly string[], input = ""): string {
  const name = { GIT_AUTHOR_NAME: "t", GIT_AUTHOR_EMAIL: "t@example.org" };
  const env = { ...process.env, ...name, GIT_COMMITTER_NAME: "t", GIT_COMMITTER_EMAIL: "t@example.org" };
  return execFileSync("git", [`--git-dir=${repository}`, ...args], { input, env, encoding: "utf8" }).trim();
}

function configure(content: string): string {
  const blob = git(["hash-object", "-w", "--stdin"], content);
  const tree = git(["mktree"], `100644 blob ${blob}\tcheckout.json\n`);
  const commit = git(["commit-tree", tree, "-m", "configuration"]);
  git(["update-ref", "refs/heads/env/prod", commit]);
  return commit;
}

async function health(name = "checkout") {
  const answer = await fetch(`${server.url}/services/${name}/health`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe("a sandbox service", () => {
  beforeEach(() => void execFileSync("git", ["init", "-q", "--bare", repository]));

  it("follows its configuration in the environment branch", async () => {
    configure('{"replicas": 1, "minReplicas": 3}');
    expect(await health()).toMatchObject({ status: 503, body: { sandbox: true, healthy: false, replicas: 1 } });
    const commit = configure('{"replicas": 3, "minReplicas": 3}');
    expect(await health()).toMatchObject({ status: 200, body: { sandbox: true, healthy: true, replicas: 3, commit } });
  });

  it.each([
    ["isn't JSON", "replicas: 3"],
    ["has numbers in quotes", '{"replicas": "3", "minReplicas": 1}'],
    ["lacks the minimum", '{"replicas": 3}'],
    ["is null", "null"],
  ])("isn't healthy when its configuration %s", async (_, content) => {
    configure(content);
    expect(await health()).toMatchObject({ status: 503, body: { healthy: false, reason: expect.any(String) } });
  });

  it("isn't healthy without a configuration", async () => {
    expect((await health()).status).toBe(503);
    configure('{"replicas": 3, "minReplicas": 3}');
    expect((await health("payments")).status).toBe(503);
  });
});

it("isn't healthy while its repository is missing", async () => {
  expect(await health()).toMatchObject({ status: 503, body: { healthy: false } });
});
