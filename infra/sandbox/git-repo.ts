import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConfigError } from "../config-error.js";
import { preReceiveHook } from "./pre-receive-hook.js";

export interface ChangeRepositoryOptions {
  /** The bare repository, such as `<stack>/sandbox/environment.git`. */
  readonly repository: string;
  /** Path of the SSH private key whose commits it takes, the public key beside it as `.pub`; made where missing. */
  readonly signingKey: string;
  /** Default "env/prod". */
  readonly branch?: string;
  /** First content: file name → JSON. */
  readonly files: Readonly<Record<string, unknown>>;
}

export interface ChangeRepository {
  readonly repository: string;
  readonly signingKey: string;
  readonly branch: string;
  /** Head of the branch. */
  readonly commit: string;
}

/**
 * A real bare repository that takes only authorised commits (see pre-receive-hook.ts). One that exists is left as it is. It is made
 * aside and then renamed, so that a crash leaves either all of it or none.
 *
 * @throws {ConfigError} `SSH_KEYGEN_MISSING`, `GIT_MISSING`
 */
export function createChangeRepository(options: ChangeRepositoryOptions): ChangeRepository {
  const { repository, signingKey, branch = "env/prod" } = options;
  if (!existsSync(signingKey)) makeSigningKey(signingKey);
  if (!existsSync(repository)) makeRepository(options, branch);
  return {
    repository,
    signingKey,
    branch,
    commit: git(repository, ["rev-parse", "--verify", `refs/heads/${branch}^{commit}`]),
  };
}

function makeSigningKey(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "countersign-sandbox", "-f", path], "SSH_KEYGEN_MISSING");
}

function makeRepository({ repository, signingKey, files }: ChangeRepositoryOptions, branch: string): void {
  mkdirSync(dirname(repository), { recursive: true });
  const aside = mkdtempSync(join(dirname(repository), `.${basename(repository)}-`));
  try {
    git(aside, ["init", "--quiet", "--bare", "--template=", "--object-format=sha1", `--initial-branch=${branch}`]);
    git(aside, ["config", "receive.fsckObjects", "true"]);
    writeFileSync(join(aside, "allowed_signers"), allowedSigners(signingKey));
    installHook(aside, branch);
    git(aside, ["update-ref", `refs/heads/${branch}`, firstCommit(aside, files)]);
    renameSync(aside, repository);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

function allowedSigners(signingKey: string): string {
  const [kind, key] = readFileSync(`${signingKey}.pub`, "utf8").split(" ");
  return `* namespaces="git" ${kind} ${key}\n`;
}

function installHook(repository: string, branch: string): void {
  const hook = join(repository, "hooks", "pre-receive");
  mkdirSync(dirname(hook), { recursive: true });
  writeFileSync(hook, preReceiveHook(branch));
  chmodSync(hook, 0o755);
}

function firstCommit(repository: string, files: ChangeRepositoryOptions["files"]): string {
  const entries = Object.entries(files).map(([name, value]) => {
    const blob = git(repository, ["hash-object", "-w", "--stdin"], `${JSON.stringify(value, null, 2)}\n`);
    return `100644 blob ${blob}\t${name}\n`;
  });
  return git(repository, ["commit-tree", git(repository, ["mktree"], entries.join("")), "-m", "First configuration"]);
}

const NAMES = {
  GIT_AUTHOR_NAME: "Sandbox",
  GIT_AUTHOR_EMAIL: "sandbox@example.org",
  GIT_COMMITTER_NAME: "Sandbox",
  GIT_COMMITTER_EMAIL: "sandbox@example.org",
};

/** Without the account's own configuration: it could ask for signatures, hooks or another first branch. */
const git = (repository: string, args: readonly string[], input = ""): string =>
  run("git", [`--git-dir=${repository}`, ...args], "GIT_MISSING", input);

function run(program: string, args: readonly string[], missing: string, input = ""): string {
  const { PATH, HOME } = process.env;
  const env = { ...NAMES, PATH, HOME, LC_ALL: "C", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  try {
    return execFileSync(program, args, {
      input,
      env,
      encoding: "utf8",
      timeout: 20_000,
      stdio: ["pipe", "pipe", "pipe"],
    }).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new ConfigError(
      missing,
      `${program} isn't on the PATH: install ${program === "git" ? "git" : "the OpenSSH client"}`,
    );
  }
}
