import { canonicalize, type Json, parseCanonical } from "../incidents/canonical.js";
import { pae } from "../incidents/dsse.js";
import { int, list, nullable, oneOf, problemsOf, record, type TypeOf, text } from "../incidents/shape.js";
import type { Opened } from "../incidents/state.js";
import * as v from "../incidents/vocabulary.js";

export const STATEMENT_PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const PREDICATE_TYPE = "urn:countersign:receipt:v1";

const statementShape = record({
  _type: oneOf(STATEMENT_TYPE),
  subject: list(record({ name: text(100), digest: record({ sha256: v.digest }) }), 1, 1),
  predicateType: oneOf(PREDICATE_TYPE),
  predicate: record({
    org: v.orgId,
    inc: v.incidentId,
    /** How many events the chain has. */
    count: int(1, 1_000_000),
    /** Hash of the last event. */
    head: v.digest,
    /** The phase after it. */
    state: v.phase,
    semantics: oneOf(1),
    /** Head of the receipt that this one replaces; null where none was final before. */
    supersedes: nullable(v.digest),
  }),
});

/** An in-toto Statement v1 about one incident's chain. */
export type Statement = TypeOf<typeof statementShape>;
export type Predicate = Statement["predicate"];

/** What the builder says of an incident after an event: from its state alone, so that a rebuild says the same. */
export const predicateOf = (state: Opened): Predicate => ({
  org: state.org,
  inc: state.inc,
  count: state.seq,
  head: state.head,
  state: state.phase,
  semantics: state.semantics,
  supersedes: state.supersedes,
});

export const statementPayload = (state: Opened): Uint8Array => {
  const predicate = predicateOf(state);
  const subject = [{ name: `${predicate.org}/${predicate.inc}`, digest: { sha256: predicate.head } }];
  return canonicalize({ _type: STATEMENT_TYPE, subject, predicateType: PREDICATE_TYPE, predicate } as Json);
};

/** The bytes that the builder's key signs. */
export const statementToSign = (payload: Uint8Array): Uint8Array => pae(STATEMENT_PAYLOAD_TYPE, payload);

/** @throws {RangeError | CanonicalError} where the bytes aren't a canonical statement of the closed shape. */
export function parseStatement(payload: Uint8Array): Statement {
  const value: unknown = parseCanonical(payload);
  const problem = problemsOf(statementShape, value)[0];
  if (problem) throw new RangeError(`${problem.path}: ${problem.message}`);
  return value as Statement;
}
