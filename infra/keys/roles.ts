import { oneOf, type TypeOf } from "../../incidents/shape.js";

/** Keys that others check: Ed25519. Recorder signs events, gateway commands, builder receipts. */
export const SIGNING_ROLES = ["recorder", "gateway", "builder"] as const;
/**
 * Keys that stay with us, 32 random bytes each. `master` wraps the key of each incident, `codec` encrypts what Temporal stores,
 * `correlation` hides the labels by which alerts are matched, `connector` makes the markers by which effects are found again.
 */
export const SECRET_ROLES = ["master", "codec", "correlation", "connector"] as const;
export const ROLES = [...SIGNING_ROLES, ...SECRET_ROLES] as const;

export const role = oneOf(...ROLES);
export type Role = TypeOf<typeof role>;
export type SigningRole = (typeof SIGNING_ROLES)[number];
export type SecretRole = (typeof SECRET_ROLES)[number];

export const isSigningRole = (of: Role): of is SigningRole => (SIGNING_ROLES as readonly Role[]).includes(of);
