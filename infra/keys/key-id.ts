import { createHmac } from "node:crypto";
import { keyIdOf, publicKeyOf } from "../../receipts/ed25519.js";
import { isSigningRole, type Role } from "./roles.js";

/**
 * `<role>-<16 hex>`. Of a signing key from its public half, which everybody has; of a secret one from an HMAC under it, which says
 * nothing about the key.
 */
export function keyIdOfSecret(role: Role, secret: Uint8Array): string {
  if (isSigningRole(role)) return keyIdOf(role, publicKeyOf(secret));
  const mac = createHmac("sha256", secret).update(`countersign/key-id/v1/${role}`).digest("hex");
  return `${role}-${mac.slice(0, 16)}`;
}
