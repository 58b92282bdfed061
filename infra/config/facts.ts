import type { FactSources, Person, Target } from "../../activities/ports.js";
import type { Config } from "./config.js";

/** Directory and service catalogue as the configuration has them: ids and attributes only, since facts go into receipts. */
export function configFacts(config: Config): FactSources {
  const directory = { asOf: config.readAt, people: config.people.map(personOf) };
  const targets = new Map(config.targets.map((target) => [target.id, targetOf(target)]));
  const ours = (org: string): boolean => org === config.organisation.id;
  return {
    people: async (org) => (ours(org) ? directory : { asOf: config.readAt, people: [] }),
    targets: async (org, ids) => (ours(org) ? ids.flatMap((id) => targets.get(id) ?? []) : []),
  };
}

const personOf = ({ id, groups, active, kind }: Config["people"][number]): Person => ({ id, groups, active, kind });

const targetOf = ({ id, env, tier, tags }: Config["targets"][number]): Target => ({ id, env, tier, tags });
