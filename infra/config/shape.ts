import {
  bool,
  int,
  list,
  nullable,
  oneOf,
  optional,
  pattern,
  record,
  type Shape,
  type TypeOf,
  text,
} from "../../incidents/shape.js";
import * as v from "../../incidents/vocabulary.js";

/** What `countersign.yaml` may hold. Secrets never stand in it: tokens by their SHA-256, others by file or environment variable. */

/** A closed map: keys of one pattern, values of one shape. */
const mapOf = <T>(keys: Shape<string>, value: Shape<T>, max: number): Shape<{ readonly [key: string]: T }> => ({
  schema: { type: "object", propertyNames: keys.schema, additionalProperties: value.schema, maxProperties: max },
  check: (found, path, problems) => {
    if (typeof found !== "object" || found === null || Array.isArray(found))
      return void problems.push({ path, message: "expected an object" });
    const entries = Object.entries(found);
    if (entries.length > max)
      problems.push({ path, message: `expected at most ${max} entries, found ${entries.length}` });
    for (const [key, member] of entries) {
      keys.check(key, `${path}/${key}`, problems);
      value.check(member, `${path}/${key}`, problems);
    }
  },
});

const word = text(200);
const label = pattern("[a-zA-Z_][a-zA-Z0-9_]{0,127}", "a label's name");
const hostAndPort = pattern("[a-zA-Z0-9.-]{1,253}:[0-9]{1,5}|\\[[0-9a-fA-F:]{2,45}\\]:[0-9]{1,5}", "host:port");
const httpUrl = pattern("https?://[^\\s@]{1,500}", "an http or https URL without credentials");
/** Every part begins with a letter, digit or underscore: no way out of the repository, no `.git`, no option of a command. */
const plainPath = "[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*";
const insidePath = pattern(`(?=.{1,200}$)${plainPath}`, "a plain path inside the repository");
const branch = pattern(`(?=.{1,200}$)(?!.*\\.\\.)${plainPath}`, "a branch name");
const envName = pattern("[A-Z][A-Z0-9_]{0,99}", "the name of an environment variable");
const owner = pattern("group:[a-z0-9][a-z0-9-]{0,59}|per_[0-9a-z]{8,26}", "group:<name> or a person id");

const token = record({ sha256: v.digest, note: optional(word) });
const tokens = list(token, 20);

export const PERSON_ROLES = ["responder", "approver", "auditor", "admin"] as const;
export const machineId = pattern("mch_[0-9a-z]{8,26}", "a machine id");

const person = record({
  id: v.personId,
  name: word,
  accounts: list(word, 50),
  groups: v.groups,
  roles: list(oneOf(...PERSON_ROLES), PERSON_ROLES.length),
  active: optional(bool),
  kind: optional(oneOf("human", "service")),
  tokens: optional(tokens),
});

/** A pipeline that asks for verdicts; it changes nothing. */
const machine = record({ id: machineId, name: word, roles: list(oneOf("ci"), 1, 1), tokens });

const source = record({
  id: v.sourceId,
  name: word,
  kind: oneOf("alertmanager"),
  tokens,
  /** The labels whose values tell incidents apart. */
  correlation: optional(list(label, 16, 1)),
  /** An alert whose label isn't in the map goes to triage. */
  severity: record({ label, map: mapOf(word, v.severity, 100) }),
  class: v.slug,
  /** Labels whose values name services. */
  services: optional(list(label, 16)),
  drill: optional(bool),
});

const target = record({
  id: v.targetId,
  name: word,
  env: v.slug,
  tier: int(0, 9),
  tags: list(v.slug, 50),
  owner,
  /** Where the target's state stands in the repository of the git connector. */
  git: optional(record({ file: insidePath })),
});

const git = record({
  /** Whether nobody relies on what it changes: a drill runs on such connectors alone. */
  sandbox: optional(bool),
  /** A path (seen from this file) or a URL. */
  repo: text(500),
  /** The branch that each environment is deployed from. */
  environments: mapOf(v.slug, branch, 50),
  /** An Ed25519 SSH private key that signs commits; without one they are unsigned. */
  signingKeyFile: optional(word),
  authorName: word,
  authorEmail: pattern("[^\\s<>@]{1,100}@[^\\s<>@]{1,100}", "an e-mail address"),
});

const tickets = record({
  url: httpUrl,
  /** One of both. */
  tokenFile: optional(word),
  tokenEnv: optional(envName),
  /** Whether it is a play system; said wherever its tickets are shown. */
  sandbox: bool,
});

const reachable = record({ allow: list(hostAndPort, 100) });

const connectors = record({
  git: optional(git),
  tickets: optional(tickets),
  probe: optional(reachable),
  evidence: optional(reachable),
});

export const configShape = record({
  organisation: record({ id: v.orgId, name: word }),
  /** The policy's file, seen from this one. */
  policy: word,
  people: list(person, 10_000),
  machines: optional(list(machine, 1_000)),
  sources: list(source, 1_000),
  targets: list(target, 10_000),
  connectors: optional(nullable(connectors)),
});

export type ConfigFile = TypeOf<typeof configShape>;
export type PersonEntry = ConfigFile["people"][number];
export type SourceEntry = ConfigFile["sources"][number];
export type TargetEntry = ConfigFile["targets"][number];
export type MachineEntry = NonNullable<ConfigFile["machines"]>[number];
export type Connectors = TypeOf<typeof connectors>;
export type TokenEntry = TypeOf<typeof token>;
