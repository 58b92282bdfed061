import { isAbsolute } from "node:path";
import { ConnectorError } from "./errors.js";

export interface GitConfig {
  /** The name that plans use; "git" unless told. */
  readonly name?: string;
  /** Whether nobody relies on what it changes. */
  readonly sandbox?: boolean;
  /** URL or absolute path of the bare repository. */
  readonly repo: string;
  /** Environment → branch, such as `{prod: "env/prod"}`. */
  readonly branches: Readonly<Record<string, string>>;
  /** Our target id → the JSON file that configures it, and the environment whose branch holds it. */
  readonly targets: Readonly<Record<string, { readonly file: string; readonly env: string }>>;
  /** Absolute path of an Ed25519 SSH private key: other kinds sign differently each time. Without one commits are unsigned. */
  readonly signingKey?: string;
  readonly author: { readonly name: string; readonly email: string };
  /** At least 16 bytes; see marker.ts. */
  readonly markerSecret: Uint8Array;
  /** A local folder for copies of the repository. Several processes may share it. */
  readonly workDir: string;
  /** Of one call to the server; 60 s unless told. */
  readonly timeoutMs?: number;
}

/** Where a target stands in the repository. */
export interface Place {
  readonly file: string;
  readonly branch: string;
  /** Every target id that this very file configures. */
  readonly sharedBy: readonly string[];
}

export type Places = ReadonlyMap<string, Place>;

/** @throws {ConnectorError} `CONNECTOR_CONFIG` */
export function placesOf(config: GitConfig): Places {
  requireConfig(
    !config.repo.startsWith("-") && (isAbsolute(config.repo) || /^[a-z+]+:\/\/|^[\w.-]+@[\w.-]+:/.test(config.repo)),
    "repo: expected a URL or an absolute path",
  );
  requireConfig(
    config.signingKey === undefined || isAbsolute(config.signingKey),
    "signingKey: expected an absolute path",
  );
  requireConfig(isAbsolute(config.workDir), "workDir: expected an absolute path");
  requireConfig(config.markerSecret.length >= 16, "markerSecret: expected at least 16 bytes");
  requireConfig(
    /^[^<>\n\0]+$/.test(config.author.name) && /^[^<>\s\0]+$/.test(config.author.email),
    "author: expected a name and an address",
  );
  const entries = Object.entries(config.targets).map(
    ([id, { file, env }]) => [id, { file, branch: branchOf(config, env) }] as const,
  );
  for (const [, { file }] of entries)
    requireConfig(isPlainPath(file), `file ${JSON.stringify(file)}: expected a plain relative path`);
  const sharers = (place: { file: string; branch: string }) =>
    entries.filter(([, other]) => other.file === place.file && other.branch === place.branch).map(([id]) => id);
  return new Map(entries.map(([id, place]) => [id, { ...place, sharedBy: sharers(place) }]));
}

/** A repository path whose every part begins with a letter, digit or underscore: no "..", no ".git", no option. */
const isPlainPath = (path: string): boolean =>
  path.length <= 200 && path.split("/").every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part));

function branchOf(config: GitConfig, env: string): string {
  const branch = Object.hasOwn(config.branches, env) ? config.branches[env] : undefined;
  requireConfig(branch !== undefined, `environment ${env} has no branch`);
  // git check-ref-format refuses "..", and parts that end in "." or ".lock".
  requireConfig(
    isPlainPath(branch!) && !/\.\.|\.(?:lock)?(?:\/|$)/.test(branch!),
    `branch ${JSON.stringify(branch)}: expected a plain branch name`,
  );
  return branch!;
}

function requireConfig(holds: boolean, message: string): void {
  if (!holds) throw new ConnectorError("CONNECTOR_CONFIG", message);
}

/** A repository's address for a record: without user name, password, query. */
export function publicAddress(repo: string): string {
  if (!/^[a-z+]+:\/\//.test(repo)) return repo;
  const url = new URL(repo);
  Object.assign(url, { username: "", password: "", search: "", hash: "" });
  return url.href;
}
