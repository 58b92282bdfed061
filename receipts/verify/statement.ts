import { unb64u } from "../../incidents/bytes.js";
import { type Opened } from "../../incidents/state.js";
import { verifySignature } from "../ed25519.js";
import { type Predicate, parseStatement, predicateOf, type Statement, statementToSign } from "../statement.js";
import type { Trust } from "../trust.js";
import { type Finding, finding } from "./codes.js";
import { keyOf } from "./events.js";
import type { ReadReceipt } from "./parse.js";

/** Stage 11: what the builder signed, held against what the events lead to. */
export function verifyStatement(read: ReadReceipt, end: Opened, trust: Trust): readonly Finding[] {
  const signatures = signatureFaults(read, trust);
  try {
    return [...signatures, ...contentFaults(parseStatement(read.statement), predicateOf(end))];
  } catch (error) {
    return [...signatures, finding("STATEMENT_MALFORMED", { path: "/core/statement" }, (error as Error).message)];
  }
}

/** Every signature that is there must hold: one that doesn't is no ornament. */
function signatureFaults({ receipt, statement }: ReadReceipt, trust: Trust): readonly Finding[] {
  if (trust.builders.length === 0 && !trust.require.includes("statement")) return [];
  const { signatures } = receipt.seals;
  if (signatures.length === 0) return [finding("STATEMENT_UNSIGNED", { path: "/seals/signatures" })];
  const signed = statementToSign(statement);
  return signatures.flatMap(({ keyid, sig }, i) => {
    const path = `/seals/signatures/${i}`;
    const key = keyOf(trust, "builder", keyid);
    if (key === null) return [finding("BUILDER_NOT_TRUSTED", { path }, keyid)];
    return verifySignature(key, signed, unb64u(sig)) ? [] : [finding("STATEMENT_SIGNATURE_BAD", { path })];
  });
}

function contentFaults({ subject, predicate }: Statement, expected: Predicate): readonly Finding[] {
  const { name, digest } = subject[0]!;
  const at = (member: string) => ({ path: `/core/statement/${member}` });
  const sameSubject =
    name === `${expected.org}/${expected.inc}` && predicate.org === expected.org && predicate.inc === expected.inc;
  const sameHead =
    digest.sha256 === expected.head && predicate.head === expected.head && predicate.count === expected.count;
  const sameState =
    predicate.state === expected.state &&
    predicate.semantics === expected.semantics &&
    predicate.supersedes === expected.supersedes;
  return [
    ...(sameSubject ? [] : [finding("STATEMENT_SUBJECT", at("subject"), name)]),
    ...(sameHead
      ? []
      : [finding("HEAD_MISMATCH", at("head"), `stated ${predicate.count} events, found ${expected.count}`)]),
    ...(sameState
      ? []
      : [finding("STATE_MISMATCH", at("state"), `stated ${predicate.state}, found ${expected.state}`)]),
  ];
}
