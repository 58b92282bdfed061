import { canonicalText, type Json } from "../incidents/canonical.js";
import type { Policy } from "./document.js";
import { PolicyError, type PolicyProblem } from "./errors.js";
import { policy } from "./policy-reader.js";
import type { Finding, Path } from "./reader.js";

/** All findings of a document, or the policy. What turns a path into a line and a column is the caller's. */
export function readPolicy(json: Json): { readonly policy?: Policy; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const read = policy(json, [], (finding) => findings.push(finding));
  return findings.length === 0 && read ? { policy: read, findings } : { findings };
}

/**
 * The policy of a receipt's canonical JSON. Only the canonical form is taken: the digest is over it, and a default that this
 * reader would fill in was not in what was signed.
 * @throws {PolicyError}
 */
export function policyOfJson(json: Json): Policy {
  const { policy: read, findings } = readPolicy(json);
  if (!read) throw new PolicyError(findings.map(withoutPosition));
  if (canonicalText(read) !== canonicalText(json))
    throw new PolicyError([
      { line: 0, column: 0, path: "", code: "NOT_CANONICAL", message: "defaults or spellings are not filled in" },
    ]);
  return read;
}

const withoutPosition = ({ path, code, message }: Finding): PolicyProblem => ({
  line: 0,
  column: 0,
  path: pointerOf(path),
  code,
  message: `${pointerOf(path) || "the document"}: ${message}`,
});

/** JSON Pointer (RFC 6901); a key is cut so that a hostile one can't flood a message. */
export const pointerOf = (path: Path): string =>
  path
    .map((part) => `/${String(part).slice(0, 60).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
