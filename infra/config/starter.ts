import { randomInt } from "node:crypto";
import type { Connectors, MachineEntry, PersonEntry, SourceEntry, TargetEntry } from "./shape.js";
import { newToken, tokenHash } from "./tokens.js";

/** What a new installation begins with, before anybody has edited it. */
export interface Starter {
  readonly people: readonly PersonEntry[];
  readonly machines: readonly MachineEntry[];
  readonly sources: readonly SourceEntry[];
  readonly targets: readonly TargetEntry[];
  /** Token by name. They stand nowhere else: the configuration holds their hashes. */
  readonly tokens: { readonly [name: string]: string };
}

type Casting = Pick<PersonEntry, "name" | "groups" | "roles">;

/** Ana writes plans; Bo and Lee are her peers; Sam owns the service; Eve reads receipts. */
const DEMO_PEOPLE: readonly Casting[] = [
  { name: "ana", groups: ["sre"], roles: ["responder", "approver"] },
  { name: "bo", groups: ["sre"], roles: ["responder", "approver"] },
  { name: "lee", groups: ["sre"], roles: ["responder", "approver"] },
  { name: "sam", groups: ["service-owner"], roles: ["responder", "approver"] },
  { name: "eve", groups: [], roles: ["auditor"] },
];

const FIRST_PERSON: readonly Casting[] = [
  { name: "admin", groups: ["sre"], roles: ["responder", "approver", "auditor", "admin"] },
];

export interface StarterOptions {
  readonly org: string;
  readonly demo: boolean;
  readonly connectors: Connectors;
}

export function starterOf({ org, demo, connectors }: StarterOptions): Starter {
  const cast = demo ? DEMO_PEOPLE : FIRST_PERSON;
  const names = [...cast.map(({ name }) => name), "alertmanager", "ci"];
  const tokens = Object.fromEntries(names.map((name) => [name, newToken(org)]));
  const hashed = (name: string) => [{ sha256: tokenHash(tokens[name]!) }];
  return {
    people: cast.map(({ name, groups, roles }) => ({
      id: newId("per"),
      name,
      accounts: [name],
      groups,
      roles,
      tokens: hashed(name),
    })),
    machines: [{ id: newId("mch"), name: "ci", roles: ["ci"], tokens: hashed("ci") }],
    sources: [alertmanager(hashed("alertmanager"))],
    targets: demo ? [checkout(connectors)] : [],
    tokens,
  };
}

const alertmanager = (tokens: SourceEntry["tokens"]): SourceEntry => ({
  id: newId("src"),
  name: "alertmanager",
  kind: "alertmanager",
  tokens,
  correlation: ["alertname", "service", "env"],
  severity: { label: "severity", map: { critical: 1, page: 1, warning: 3, info: 4 } },
  class: "availability",
  services: ["service"],
});

const checkout = ({ git }: Connectors): TargetEntry => ({
  id: newId("tgt"),
  name: "checkout-prod",
  env: "prod",
  tier: 1,
  tags: [],
  owner: "group:service-owner",
  ...(git && Object.hasOwn(git.environments, "prod") && { git: { file: "checkout.json" } }),
});

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** A random id says nothing about whom it names, and stays when they are renamed. */
export const newId = (prefix: "per" | "src" | "tgt" | "mch"): string =>
  `${prefix}_${Array.from({ length: 16 }, () => DIGITS[randomInt(DIGITS.length)]).join("")}`;
