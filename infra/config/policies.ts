import { readFileSync } from "node:fs";
import type { Policies } from "../../activities/ports.js";
import { canonicalize } from "../../incidents/canonical.js";
import { policyDigest } from "../../policy/digests.js";
import type { Policy } from "../../policy/document.js";
import { PolicyError } from "../../policy/errors.js";
import { parsePolicy } from "../../policy/parse.js";
import { ConfigError } from "../config-error.js";
import type { Sql } from "../sql/sql.js";

export interface PolicyDocument {
  readonly policy: Policy;
  /** 64 hex digits, over `bytes`. */
  readonly digest: string;
  /** Canonical JSON. */
  readonly bytes: Uint8Array;
}

/** @throws {ConfigError} `POLICY_NOT_FOUND`, or `BAD_POLICY` with every problem, its line and column. */
export function readPolicyFile(file: string): PolicyDocument {
  const policy = parse(file, readText(file));
  return { policy, digest: policyDigest(policy), bytes: canonicalize(policy) };
}

/**
 * The configured policy, and those that were configured before: an incident is judged by the one its plan was submitted under, so
 * each is stored when the program first starts with it, before anything can be pinned to it.
 */
export async function openPolicies(sql: Sql, org: string, active: PolicyDocument): Promise<Policies> {
  const { digest, bytes } = active;
  await sql.query(
    "insert into policies (org, digest, bytes) values ($1, $2, $3) on conflict (org, digest) do nothing",
    [org, digest, bytes],
  );
  return {
    active: async (asked) => {
      if (asked === org) return { digest, bytes };
      throw new ConfigError("NO_POLICY", `no policy of ${asked} is configured here; expected ${org}`);
    },
    byDigest: async (asked, wanted) => (asked === org && wanted === digest ? bytes : storedPolicy(sql, asked, wanted)),
  };
}

async function storedPolicy(sql: Sql, org: string, digest: string): Promise<Uint8Array | null> {
  const [row] = await sql.query<{ bytes: Uint8Array }>("select bytes from policies where org = $1 and digest = $2", [
    org,
    digest,
  ]);
  return row?.bytes ?? null;
}

function parse(file: string, text: string): Policy {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const lines = error.problems.map(
      ({ line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
    );
    throw new ConfigError("BAD_POLICY", lines.join("\n"), { cause: error });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError("POLICY_NOT_FOUND", `the policy ${file} can't be read`, { cause });
  }
}
