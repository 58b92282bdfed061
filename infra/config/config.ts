import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DEFAULT_CORRELATION } from "../../incidents/correlate.js";
import { problemsOf } from "../../incidents/shape.js";
import { ConfigError } from "../config-error.js";
import { contradictionsOf } from "./contradictions.js";
import { ConfigFileError, type ConfigProblem } from "./problems.js";
import {
  type ConfigFile,
  type Connectors,
  configShape,
  type MachineEntry,
  type PersonEntry,
  type SourceEntry,
  type TargetEntry,
} from "./shape.js";
import { readYaml } from "./yaml.js";

/** Everything that `countersign.yaml` says, defaults filled in, paths absolute. */
export interface Config {
  /** Absolute path of the file. */
  readonly file: string;
  /** When it was read: what it says of people and targets holds as of then. */
  readonly readAt: string;
  readonly organisation: { readonly id: string; readonly name: string };
  readonly policyFile: string;
  readonly people: readonly Person[];
  readonly machines: readonly MachineEntry[];
  readonly sources: readonly Source[];
  readonly targets: readonly TargetEntry[];
  readonly connectors: Connectors;
}

export type Person = PersonEntry & Required<Pick<PersonEntry, "active" | "kind" | "tokens">>;
export type Source = SourceEntry & Required<Pick<SourceEntry, "correlation" | "services" | "drill">>;

/** @throws {ConfigError} `CONFIG_NOT_FOUND`. @throws {ConfigFileError} with every problem and its line. */
export function readConfig(file: string, now: Date = new Date()): Config {
  return parseConfig(readText(file), resolve(file), now);
}

/** @throws {ConfigFileError} with every problem and its line. */
export function parseConfig(text: string, file: string, now: Date = new Date()): Config {
  const yaml = readYaml(text);
  const misshapen = problemsOf(configShape, yaml.json).map(({ path, message }) =>
    yaml.problemAt(codeOf(message), path, message),
  );
  refuse(file, [...yaml.problems, ...misshapen]);
  const written = yaml.json as unknown as ConfigFile;
  refuse(
    file,
    contradictionsOf(written).map(({ code, path, message }) => yaml.problemAt(code, path, message)),
  );
  return withDefaults(written, file, now);
}

function withDefaults(written: ConfigFile, file: string, now: Date): Config {
  return {
    file,
    readAt: now.toISOString(),
    organisation: written.organisation,
    policyFile: resolve(dirname(file), written.policy),
    people: written.people.map((person) => ({ active: true, kind: "human", tokens: [], ...person })),
    machines: written.machines ?? [],
    sources: written.sources.map(sourceOf),
    targets: written.targets,
    connectors: connectorsOf(written.connectors ?? {}, dirname(file)),
  };
}

const sourceOf = (source: SourceEntry): Source => ({
  correlation: DEFAULT_CORRELATION,
  services: ["service"],
  drill: false,
  ...source,
});

/** Files are named as seen from the configuration, and used from anywhere. */
function connectorsOf({ git, tickets, ...others }: Connectors, folder: string): Connectors {
  return {
    ...others,
    ...(git && {
      git: {
        ...git,
        repo: repoOf(git.repo, folder),
        ...(git.signingKeyFile && { signingKeyFile: resolve(folder, git.signingKeyFile) }),
      },
    }),
    ...(tickets && {
      tickets: { ...tickets, ...(tickets.tokenFile && { tokenFile: resolve(folder, tickets.tokenFile) }) },
    }),
  };
}

/** A URL, or git's own `host:path`, stays as it is. */
const repoOf = (repo: string, folder: string): string =>
  /^[a-zA-Z0-9+.@-]{2,}:/.test(repo) ? repo : resolve(folder, repo);

const codeOf = (message: string): string => (message === "unknown field" ? "UNKNOWN_KEY" : "WRONG_VALUE");

function refuse(file: string, problems: readonly ConfigProblem[]): void {
  if (problems.length === 0) return;
  throw new ConfigFileError(
    file,
    [...problems].sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError("CONFIG_NOT_FOUND", `${file} can't be read: \`countersign init\` makes one`, { cause });
  }
}
