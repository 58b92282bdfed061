import { stringify } from "yaml";
import type { Connectors } from "./shape.js";
import type { Starter } from "./starter.js";

export interface DocumentOptions {
  readonly organisation: { readonly id: string; readonly name: string };
  readonly policy: string;
  readonly connectors: Connectors;
}

/** The text of a new `countersign.yaml`, with what a person who edits it needs to know beside each part. */
export function configDocument({ organisation, policy, connectors }: DocumentOptions, starter: Starter): string {
  const { people, machines, sources, targets } = starter;
  return [
    '# Countersign: who may do what to which systems. Unknown keys are errors. Restart after a change.\n# Secrets never stand here: tokens by their SHA-256 (printf %s "$TOKEN" | sha256sum), others by file or variable.\n',
    section("The organisation of this deployment. The id is in every event and can't be changed later.", {
      organisation,
    }),
    section("The policy that gates every plan, seen from this file.", { policy }),
    section(
      "People. Ids are random and stay; only ids and groups go into receipts in the clear.\nroles: responder (acts), approver (votes), auditor (reads), admin.",
      { people },
    ),
    section("Pipelines that ask for verdicts.", { machines }),
    section(
      "Where alerts come from. Alerts with equal values of all `correlation` labels are one incident;\nan alert without one of them, or of a severity that isn't in the map, goes to triage.",
      { sources },
    ),
    section(
      `The service catalogue: plans name targets by id or name, and the policy reads env, tier and tags from here.\n${TARGET}`,
      { targets },
    ),
    section(`Systems that steps act on, by name.\n${CONNECTORS}`, { connectors }),
  ].join("\n");
}

const TARGET = `- id: tgt_0123456789abcdef          # random, 8 to 26 of [0-9a-z]
  name: checkout-prod
  env: prod
  tier: 1
  tags: [pci]
  owner: group:service-owner        # or a person's id
  git: { file: checkout.json }      # where the git connector finds it`;

const CONNECTORS = `git: { repo: /srv/environments.git, environments: { prod: env/prod }, signingKeyFile: keys/git, authorName: …, authorEmail: … }
tickets: { url: https://tickets.example, tokenFile: keys/tickets.token, sandbox: false }
probe: { allow: ["127.0.0.1:8080"] }       # hosts that success checks may call
evidence: { allow: ["grafana.example:443"] } # hosts that evidence is read back from`;

const section = (comment: string, value: object): string =>
  `${comment
    .split("\n")
    .map((line) => `# ${line}\n`)
    .join("")}${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`;
