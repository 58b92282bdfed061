import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Identity, Principal } from "../../services/ports.js";
import type { Config } from "./config.js";
import type { TokenEntry } from "./shape.js";

/** 256 random bits; the organisation in front, so that a token sent to the wrong one can be told from a wrong token. */
export const newToken = (org: string): string => `cs_${org}_${randomBytes(32).toString("base64url")}`;

/** What the configuration holds of a token. It has 256 bits of entropy, so that a plain hash can't be turned round. */
export const tokenHash = (token: string): string => sha256(token).toString("hex");

export type Authenticate = (token: string) => Principal | "WRONG_ORG" | null;

export function configIdentity(config: Config): Identity {
  const authenticate = authenticator(config);
  return { authenticate: async (token) => authenticate(token) };
}

/**
 * Looks a token up: null where nobody has it, or has it and isn't active; `WRONG_ORG` where it says that it is another
 * organisation's. Compares it with every hash, each in constant time, so that how long it takes says nothing about who exists.
 */
export function authenticator(config: Config): Authenticate {
  const org = config.organisation.id;
  const known = knownTokens(config);
  return (token) => {
    const named = /^cs_([a-z0-9-]{1,40})_[A-Za-z0-9_-]{43}$/.exec(token)?.[1];
    if (named === undefined) return null;
    if (named !== org) return "WRONG_ORG";
    const hash = sha256(token);
    let found: Principal | null = null;
    for (const { sha256, principal } of known) if (timingSafeEqual(sha256, hash)) found = principal;
    return found;
  };
}

interface KnownToken {
  readonly sha256: Buffer;
  readonly principal: Principal;
}

function knownTokens({ organisation, people, machines, sources }: Config): readonly KnownToken[] {
  const org = organisation.id;
  return [
    ...people
      .filter(({ active }) => active)
      .flatMap(({ id, name, roles, tokens }) => withPrincipal(tokens, { org, id, kind: "person", name, roles })),
    ...machines.flatMap(({ id, name, roles, tokens }) =>
      withPrincipal(tokens, { org, id, kind: "machine", name, roles }),
    ),
    ...sources.flatMap(({ id, name, tokens }) =>
      withPrincipal(tokens, { org, id, kind: "source", name, roles: ["source"] }),
    ),
  ];
}

const withPrincipal = (tokens: readonly TokenEntry[], principal: Principal): readonly KnownToken[] =>
  tokens.map(({ sha256 }) => ({ sha256: Buffer.from(sha256, "hex"), principal }));

const sha256 = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
