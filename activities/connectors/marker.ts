import { createHmac } from "node:crypto";

const MIN_SECRET_BYTES = 16;

/**
 * What a step leaves in a system so that it can be found again: hex HMAC-SHA256 of its idempotency key under the connector's secret,
 * so that nobody else can plant one beforehand. Once it stands somewhere anybody can copy it: a hit alone proves nothing.
 */
export function markerOf(secret: Uint8Array, idempotencyKey: string): string {
  if (secret.length < MIN_SECRET_BYTES) throw new RangeError(`a marker secret has at least ${MIN_SECRET_BYTES} bytes`);
  return createHmac("sha256", secret).update(idempotencyKey, "utf8").digest("hex");
}
