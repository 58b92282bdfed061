import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { b64u, hex, utf8 } from "../../incidents/bytes.js";
import { canonicalize, type Json } from "../../incidents/canonical.js";
import type { SourceRules } from "../../incidents/correlate.js";
import { blindedDigest, digestOf } from "../../incidents/digest.js";
import { policyDigest } from "../../policy/evaluator.js";
import { parsePolicy } from "../../policy/parse.js";
import type { IntakeKeys } from "../alerts/ports.js";
import type { Denial, Identity, Ports, Principal, StoredCommand, Vault } from "../ports.js";
import { fakeInbox } from "./fake-inbox.js";
import { type FakeWorkflows, fakeWorkflows } from "./fake-workflow.js";

export const ORG = "acme";
export const PEOPLE = {
  ana: { id: "per_ana00000", groups: ["sre"] },
  bo: { id: "per_bo000000", groups: ["sre"] },
  sam: { id: "per_sam00000", groups: ["service-owner"] },
} as const;
export const SOURCE = "src_alerts00";
export const TARGET = { id: "tgt_checkout", name: "checkout-prod", env: "prod", tier: 1, tags: [] };

const person = (name: keyof typeof PEOPLE): Principal => ({
  org: ORG,
  id: PEOPLE[name].id,
  kind: "person",
  name,
  roles: ["responder", "approver"],
});
const PRINCIPALS: { readonly [token: string]: Principal | "WRONG_ORG" } = {
  ana: person("ana"),
  bo: person("bo"),
  sam: person("sam"),
  eve: { ...person("ana"), id: "per_eve00000", name: "eve", roles: ["auditor"] },
  ci: { org: ORG, id: "mch_ci000000", kind: "machine", name: "ci", roles: ["ci"] },
  alerts: { org: ORG, id: SOURCE, kind: "source", name: "alertmanager", roles: ["source"] },
  stranger: "WRONG_ORG",
};

const RULES: SourceRules = {
  id: SOURCE,
  correlateBy: ["alertname", "service", "env"],
  class: "availability",
  severityLabel: "severity",
  severities: { critical: { severity: 1, urgency: "high" } },
  serviceLabels: ["service"],
  drill: false,
};

export interface Fakes {
  readonly ports: Ports;
  readonly workflows: FakeWorkflows;
  readonly denials: readonly Denial[];
  /** Every value that the vault was given, by path. */
  readonly sealed: readonly { readonly path: string; readonly value: Json }[];
}

/** Ports in memory: the API's outside world in one object. */
export function fakes(): Fakes {
  const policy = parsePolicy(readFileSync(new URL("../../policy/samples/demo.policy.yaml", import.meta.url), "utf8"));
  const active = { digest: policyDigest(policy), bytes: canonicalize(policy) };
  const policies = {
    active: async () => active,
    byDigest: async (_org: string, digest: string) => (digest === active.digest ? active.bytes : null),
  };
  const facts = fakeFacts();
  const workflows = fakeWorkflows(facts, policies);
  const denials: Denial[] = [];
  const { vault, sealed } = fakeVault();
  const commands = new Map<string, StoredCommand>();
  const ports: Ports = {
    identity: fakeIdentity,
    vault,
    gateway: { keyid: "gateway-0123456789abcdef", sign: () => new Uint8Array(64) },
    commands: {
      remember: async (command) => {
        if (!commands.has(command.commandId)) commands.set(command.commandId, command);
        return commands.get(command.commandId)!;
      },
      find: async (_org, id) => commands.get(id) ?? null,
      unrecorded: async (org) => {
        const open = await Promise.all(
          [...commands.values()].map(async (each) => ((await workflows.byEid(org, each.eid)) === null ? [each] : [])),
        );
        return open.flat();
      },
    },
    incidents: workflows,
    workflows,
    inbox: fakeInbox(vault),
    intakeKeys: fakeKeys,
    sources: { rules: async (_org, id) => (id === SOURCE ? RULES : null) },
    receipts: { get: async (_org, _inc, openings) => utf8(`{"openings":"${openings}"}`) },
    catalogue: {
      target: async (_org, word) => (word === TARGET.id || word === TARGET.name ? TARGET : null),
      person: async (_org, word) => findPerson(word),
      source: async (_org, id) => (id === SOURCE ? { id, name: "alertmanager" } : null),
    },
    policies,
    facts,
    locks: { others: async () => [] },
    audit: { append: async (denial) => void denials.push(denial) },
    health: {
      probe: async () => [
        { part: "temporal", state: "down", since: "2026-03-11T15:00:00.000Z", waiting: 3, detail: null },
      ],
    },
    clock: { now: () => Date.now() },
  };
  return { ports, workflows, denials, sealed };
}

const fakeIdentity: Identity = {
  authenticate: async (token) => (Object.hasOwn(PRINCIPALS, token) ? PRINCIPALS[token]! : null),
};

const findPerson = (word: string) => {
  const found = Object.entries(PEOPLE).find(([name, { id }]) => name === word || id === word);
  return found ? { id: found[1].id, name: found[0] } : null;
};

const fakeFacts = (): Ports["facts"] => ({
  people: async () => ({
    asOf: "2026-03-11T15:00:00.000Z",
    people: Object.values(PEOPLE).map(({ id, groups }) => ({ id, groups, active: true, kind: "human" as const })),
  }),
  targets: async (_org, ids) => (ids.includes(TARGET.id) ? [TARGET] : []),
});

function fakeVault(): { vault: Vault; sealed: { path: string; value: Json }[] } {
  const values = new Map<string, Json>();
  const sealed: { path: string; value: Json }[] = [];
  const vault: Vault = {
    mintIncidentKey: async () => {},
    seal: async (_org, _inc, words) =>
      words.map(({ path, value }) => {
        const ref = randomBytes(16).toString("hex");
        values.set(ref, value);
        sealed.push({ path, value });
        return [path, ref, digestOf("field", canonicalize([ref, path]))] as const;
      }),
    open: async (_org, _inc, triples) => triples.map(([, ref]) => values.get(ref) ?? null),
    planDigest: async (_org, inc, meaning) => ({
      digest: blindedDigest("plan", utf8(inc), canonicalize(meaning)),
      blind: b64u(utf8(inc)),
    }),
  };
  return { vault, sealed };
}

export const fakeKeys: IntakeKeys = {
  mac: (org, purpose, text) => digestOf(`mac-${purpose}`, utf8(`${org} ${text}`)),
  sealBody: (_org, delivery, body) => ({ key: utf8(delivery), body: utf8(hex(body)) }),
  openBody: (_org, _delivery, { body }) => Buffer.from(Buffer.from(body).toString(), "hex"),
};
