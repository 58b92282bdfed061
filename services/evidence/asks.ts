import { nullable, optional, record, text } from "../../incidents/shape.js";
import * as v from "../../incidents/vocabulary.js";
import { ask } from "../incidents/ask.js";

/** Evidence stays where it is: we keep a reference, the digest of what stood there, and an excerpt for people. */
export const attachEvidence = ask({
  name: "attach-evidence",
  shape: record({
    type: v.slug,
    reference: text(2_000),
    /** SHA-256 of the evidence, 64 hex digits. */
    digest: v.digest,
    excerpt: optional(text(8_000)),
    /** The plan that it supports; absent or null where it is about the incident. */
    plan: optional(nullable(v.digest)),
  }),
  prepare: ({ body: { type, reference, digest, excerpt, plan } }) => ({
    body: { type: "attach-evidence", evidenceType: type, plan: plan ?? null },
    words: { "/reference": reference, "/digest": digest, "/excerpt": excerpt ?? null },
  }),
});

/** A known person other than the submitter says that it is what it claims to be. */
export const verifyEvidence = ask({
  name: "verify-evidence",
  shape: record({ comment: optional(text(4_000)) }),
  prepare: ({ body, params }) => ({
    body: { type: "verify-evidence", evidence: params.eid! },
    words: { "/comment": body.comment ?? null },
  }),
});
