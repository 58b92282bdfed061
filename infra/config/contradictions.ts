import type { Problem } from "../../incidents/shape.js";
import type { ConfigFile } from "./shape.js";

export interface Contradiction extends Problem {
  readonly code:
    | "DUPLICATE_ID"
    | "NAME_TWICE"
    | "ACCOUNT_TWICE"
    | "TOKEN_TWICE"
    | "UNKNOWN_PERSON"
    | "ENV_WITHOUT_BRANCH"
    | "TOKEN_UNCLEAR";
}

/** What is wrong although every member is of its shape. */
export function contradictionsOf(config: ConfigFile): readonly Contradiction[] {
  return [
    ...twice("DUPLICATE_ID", "id", idsOf(config)),
    // People name a target by its name as well.
    ...twice(
      "NAME_TWICE",
      "name",
      config.targets.map(({ name }, i) => ({ path: `/targets/${i}/name`, name })),
    ),
    // An account of two people identifies nobody: the policy would discount both.
    ...twice("ACCOUNT_TWICE", "account", accountsOf(config)),
    ...twice("TOKEN_TWICE", "token", tokensOf(config)),
    ...unknownOwners(config),
    ...targetsWithoutBranch(config),
    ...unclearTicketToken(config),
  ];
}

interface Named {
  readonly path: string;
  readonly name: string;
}

function twice(code: Contradiction["code"], what: string, named: readonly Named[]): readonly Contradiction[] {
  const seen = new Map<string, string>();
  return named.flatMap(({ path, name }) => {
    const first = seen.get(name);
    seen.set(name, first ?? path);
    return first === undefined ? [] : [{ code, path, message: `the ${what} stands at ${first} already` }];
  });
}

const idsOf = (config: ConfigFile): readonly Named[] =>
  (["people", "machines", "sources", "targets"] as const).flatMap((kind) =>
    (config[kind] ?? []).map(({ id }, i) => ({ path: `/${kind}/${i}/id`, name: id })),
  );

const accountsOf = ({ people }: ConfigFile): readonly Named[] =>
  people.flatMap(({ accounts }, i) => accounts.map((name, j) => ({ path: `/people/${i}/accounts/${j}`, name })));

const tokensOf = (config: ConfigFile): readonly Named[] =>
  (["people", "machines", "sources"] as const).flatMap((kind) =>
    (config[kind] ?? []).flatMap(({ tokens }, i) =>
      (tokens ?? []).map(({ sha256 }, j) => ({ path: `/${kind}/${i}/tokens/${j}/sha256`, name: sha256 })),
    ),
  );

function unknownOwners({ people, targets }: ConfigFile): readonly Contradiction[] {
  const known = new Set(people.map(({ id }) => id));
  return targets.flatMap(({ owner }, i) =>
    owner.startsWith("group:") || known.has(owner)
      ? []
      : [
          {
            code: "UNKNOWN_PERSON",
            path: `/targets/${i}/owner`,
            message: `expected group:<name> or one of people, found ${owner}`,
          } as const,
        ],
  );
}

function targetsWithoutBranch({ connectors, targets }: ConfigFile): readonly Contradiction[] {
  const environments = connectors?.git?.environments ?? {};
  return targets.flatMap(({ env, git }, i) =>
    git === undefined || Object.hasOwn(environments, env)
      ? []
      : [
          {
            code: "ENV_WITHOUT_BRANCH",
            path: `/targets/${i}/git`,
            message: `expected a branch for ${env} in connectors.git.environments`,
          } as const,
        ],
  );
}

function unclearTicketToken({ connectors }: ConfigFile): readonly Contradiction[] {
  const tickets = connectors?.tickets;
  if (tickets === undefined || (tickets.tokenFile === undefined) !== (tickets.tokenEnv === undefined)) return [];
  return [{ code: "TOKEN_UNCLEAR", path: "/connectors/tickets", message: "expected one of tokenFile and tokenEnv" }];
}
