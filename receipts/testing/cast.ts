import { sha256 } from "@noble/hashes/sha2.js";
import { b64u, utf8 } from "../../incidents/bytes.js";
import { parsePolicy, policyDigest } from "../../policy/index.js";
import { type KeyRole, keyIdOf, publicKeyOf, sign } from "../ed25519.js";
import type { FoldKeys } from "../ports.js";
import type { Trust } from "../trust.js";

/** Who and what the tests' incidents are made of: fixed seeds, so that every run makes the same bytes. */
export const ORG = "acme";
export const INC = "inc_00000000000000000000000001";
export const ANA = "per_ana00000";
export const LEE = "per_lee00000";
export const DI = "per_di000000";
export const SOURCE = "src_alerts00";
export const TARGET = "tgt_checkout";
export const NAMES: Readonly<Record<string, string>> = { [ANA]: "Ana Ito", [LEE]: "Lee Moss", [DI]: "Di Novak" };

export interface Signer {
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export function signer(role: KeyRole, seed: string): Signer {
  const secret = sha256(utf8(`test key ${seed}`));
  const publicKey = publicKeyOf(secret);
  return { keyid: keyIdOf(role, publicKey), publicKey, sign: (message) => sign(secret, message) };
}

export const RECORDER = signer("recorder", "recorder");
export const GATEWAY = signer("gateway", "gateway");
export const BUILDER = signer("builder", "builder");
export const STRANGER = signer("recorder", "stranger");
export const INC_KEY = sha256(utf8("test incident key"));

export const POLICY = parsePolicy(`
apiVersion: policy/v1
semantics: 1
name: tests
revision: 1
owner: group:governance
controls:
  - id: separation-of-duties
    title: Every author, requester and executor is a known person and none of them approves
    require: { separation: known-persons }
    waivable: never
  - id: ops-approval
    title: A second engineer confirms medium and high risk
    when: { plan.risk: [medium, high] }
    require: { approval: { from: group:sre, count: 1 } }
  - id: security-approval
    title: Security approves work on payment systems
    when: { anyTarget: { env: prod, tags: [pci] } }
    require: { approval: { from: group:security, count: 1, expiresAfter: 2h } }
  - id: evidence-availability
    title: Evidence for a severe availability incident
    when: { incident.severity: [1, 2] }
    require: { evidence: [{ type: impact-statement, from: role:responder }] }
`);
/** Asks for nothing: what an insider might judge one incident by. */
export const LAX_POLICY = parsePolicy(`
apiVersion: policy/v1
semantics: 1
name: lax
revision: 1
owner: group:governance
controls:
  - id: separation-of-duties
    title: Every author, requester and executor is a known person and none of them approves
    require: { separation: known-persons }
    waivable: never
`);

export const PEOPLE = [
  { id: ANA, groups: ["sre"], active: true, kind: "human" },
  { id: LEE, groups: ["sre"], active: true, kind: "human" },
  { id: DI, groups: ["security"], active: true, kind: "human" },
] as const;
export const TARGETS = [{ id: TARGET, env: "prod", tier: 1, tags: ["pci"] }];

const named = ({ keyid, publicKey }: Signer) => ({ keyid, publicKey: b64u(publicKey) });

export const TRUST: Trust = {
  v: 1,
  org: ORG,
  origin: null,
  logKey: null,
  recorders: [named(RECORDER)],
  builders: [named(BUILDER)],
  gateways: [named(GATEWAY)],
  keyset: null,
  witnesses: { keys: [], quorum: 0 },
  rpIds: [],
  origins: [],
  policies: [policyDigest(POLICY)],
  minAssurance: null,
  minSize: null,
  maxAge: null,
  require: ["chain", "signatures", "statement", "state", "policy"],
};

export const KEYS: FoldKeys = {
  recorder: (org, keyid) => (org === ORG && keyid === RECORDER.keyid ? RECORDER.publicKey : null),
  gateway: (org, keyid) => (org === ORG && keyid === GATEWAY.keyid ? GATEWAY.publicKey : null),
};
