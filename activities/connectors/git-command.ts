import { execFile } from "node:child_process";
import { ConnectorError } from "./errors.js";

export interface GitAnswer {
  /** Null where git was stopped because its time was up. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Runs git on one repository. `ask` gives whatever it answers, `must` throws where it fails, `line` is `must` as trimmed text. */
export interface Git {
  ask(args: readonly string[], options?: GitOptions): Promise<GitAnswer>;
  must(args: readonly string[], options?: GitOptions): Promise<Buffer>;
  line(args: readonly string[], options?: GitOptions): Promise<string>;
}

/** A git that should have worked here didn't: it says nothing about what the server holds. */
export class GitFailed extends ConnectorError {
  constructor(command: string, { exitCode, stderr }: GitAnswer) {
    super(
      "GIT_FAILED",
      `git ${command}: ${exitCode === null ? "no answer in time" : stderr.trim() || `exit code ${exitCode}`}`,
    );
  }
}

const LOCAL_TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Of the configuration only what we say counts: neither the machine's nor the account's may change what is committed or asked. */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "gc.auto=0",
  "maintenance.auto=false",
  "i18n.commitEncoding=UTF-8",
  "gpg.format=ssh",
  "gpg.ssh.program=ssh-keygen",
];

/** One more setting, for one call. */
export const withSetting = (key: string, value: string): Record<string, string> => ({
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: key,
  GIT_CONFIG_VALUE_0: value,
});

export function gitIn(dir: string): Git {
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  const ask: Git["ask"] = (args, options = {}) => run([`--git-dir=${dir}`, ...settings, ...args], options);
  const must: Git["must"] = async (args, options) => {
    const answer = await ask(args, options);
    if (answer.exitCode !== 0) throw new GitFailed(args[0]!, answer);
    return answer.stdout;
  };
  return { ask, must, line: async (args, options) => (await must(args, options)).toString("utf8").trim() };
}

function run(
  args: readonly string[],
  { input = "", env = {}, timeoutMs = LOCAL_TIMEOUT_MS }: GitOptions,
): Promise<GitAnswer> {
  return new Promise((resolve) => {
    // SIGTERM lets git remove its lock files.
    const options = {
      env: { ...environment(), ...env },
      timeout: timeoutMs,
      killSignal: "SIGTERM",
      maxBuffer: MAX_OUTPUT_BYTES,
      encoding: "buffer",
    } as const;
    const child = execFile("git", args, options, (error, stdout, stderr) =>
      resolve({ exitCode: exitCodeOf(error), stdout, stderr: stderr.toString("utf8") || wordsOf(error) }),
    );
    // A git that ends early closes the pipe; its exit code says why.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

type Failure = { readonly code?: number | string | null; readonly killed?: boolean; readonly message: string } | null;

function exitCodeOf(error: Failure): number | null {
  if (error === null) return 0;
  if (typeof error.code === "number") return error.code;
  // A program that couldn't be started never ran, which isn't the same as one that was stopped.
  return typeof error.code === "string" ? 127 : null;
}

const wordsOf = (error: Failure): string => (error === null || typeof error.code === "number" ? "" : error.message);

function environment(): Record<string, string> {
  const inherited = ["PATH", "HOME", "SSH_AUTH_SOCK"].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes",
  };
}
