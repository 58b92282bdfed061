import { readFileSync } from "node:fs";
import { CliProblem, usageProblem } from "../problem.js";

export const DEFAULT_URL = "http://127.0.0.1:8460";

export interface ConnectionOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

/** Where the API is, and who asks. The token is never printed and never part of a message. */
export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  /** Null where only what is public may be asked. */
  readonly token: string | null;
  readonly org: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @throws {CliProblem} */
export function connectionOf({ url, tokenFile }: ConnectionOptions, env: Env): Connection {
  const token = requireToken(tokenOf(tokenFile, env));
  return { url: apiUrl(url, env), token, org: orgOf(token, env) };
}

/** For what the API tells anybody, such as its health. */
export const publicConnection = ({ url }: ConnectionOptions, env: Env): Connection => ({
  url: apiUrl(url, env),
  token: null,
  org: "",
});

function apiUrl(given: string | undefined, env: Env): string {
  const text = given || env.COUNTERSIGN_URL || DEFAULT_URL;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw usageProblem(
      "URL_INVALID",
      "Expected an http or https URL without credentials or query, such as http://127.0.0.1:8460.",
    );
  return url.href.replace(/\/+$/, "");
}

/** A file that is named on the command line comes before the environment, which may be left over from another shell. */
function tokenOf(file: string | undefined, env: Env): string | null {
  if (file) return readToken(file);
  if (env.COUNTERSIGN_TOKEN) return env.COUNTERSIGN_TOKEN.trim();
  return env.COUNTERSIGN_TOKEN_FILE ? readToken(env.COUNTERSIGN_TOKEN_FILE) : null;
}

function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new CliProblem(
      "TOKEN_UNREADABLE",
      `The token file ${file} can't be read (${(error as { code?: string }).code}).`,
      3,
    );
  }
}

/** Checked here, since fetch would quote a malformed header in its error. */
function requireToken(token: string | null): string {
  if (!token)
    throw new CliProblem(
      "TOKEN_MISSING",
      "No token: put it into COUNTERSIGN_TOKEN, or name a file with --token-file or COUNTERSIGN_TOKEN_FILE.",
      3,
    );
  if (/^[A-Za-z0-9._~+/=-]{1,4096}$/.test(token)) return token;
  throw new CliProblem(
    "TOKEN_MALFORMED",
    "What was given as token isn't one: expected one line such as cs_<organisation>_<secret>.",
    3,
  );
}

function orgOf(token: string, env: Env): string {
  const org = /^cs_([a-z0-9-]{1,40})_/.exec(token)?.[1] ?? env.COUNTERSIGN_ORG;
  if (org === undefined || org === "")
    throw new CliProblem("ORG_UNKNOWN", "The token doesn't name its organisation: set COUNTERSIGN_ORG.", 3);
  if (/^[a-z0-9-]{1,40}$/.test(org)) return org;
  throw usageProblem("ORG_INVALID", "Expected COUNTERSIGN_ORG to be lowercase letters, digits and dashes, at most 40.");
}
