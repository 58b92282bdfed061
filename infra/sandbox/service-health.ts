import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Answer } from "./http.js";

const execFileAsync = promisify(execFile);

/**
 * `GET /services/<name>/health` of a sandbox service: it is what its configuration makes it. Reads `<name>.json` from branch
 * `env/prod` of the bare repository and answers 200 when `replicas >= minReplicas`, else, and whenever that can't be told, 503.
 * `commit` names what was read.
 */
export async function serviceHealth(name: string, repository: string | undefined): Promise<Answer> {
  const found = await readConfiguration(name, repository).catch((error: Error) => ({ reason: firstLine(error) }));
  if ("reason" in found) return { status: 503, body: { service: name, healthy: false, reason: found.reason } };
  const { commit, replicas, minReplicas } = found;
  const healthy = replicas >= minReplicas;
  return { status: healthy ? 200 : 503, body: { service: name, healthy, replicas, minReplicas, commit } };
}

interface Configuration {
  readonly commit: string;
  readonly replicas: number;
  readonly minReplicas: number;
}

async function readConfiguration(name: string, repository: string | undefined): Promise<Configuration> {
  if (repository === undefined) throw new Error("SANDBOX_REPO isn't set");
  const commit = (await git(repository, ["rev-parse", "--verify", "refs/heads/env/prod^{commit}"])).trim();
  const value = JSON.parse(await git(repository, ["show", `${commit}:${name}.json`])) as Record<string, unknown> | null;
  const [replicas, minReplicas] = [value?.replicas, value?.minReplicas];
  if (!isCount(replicas) || !isCount(minReplicas))
    throw new Error(`${name}.json lacks the integers replicas and minReplicas`);
  return { commit, replicas, minReplicas };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

async function git(repository: string, args: readonly string[]): Promise<string> {
  const options = { timeout: 5_000, maxBuffer: 256 * 1024 };
  return (await execFileAsync("git", [`--git-dir=${repository}`, ...args], options)).stdout;
}

/** Of git's own words where there are any: the first line of an execFile error only repeats the command. */
function firstLine(error: Error & { stderr?: string }): string {
  return (error.stderr || error.message).split("\n")[0]!;
}
