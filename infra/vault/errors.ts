/** A sealed value that is there and can't be believed: another key, or a byte changed. Not retryable. */
export class SealedValueDamaged extends Error {
  override readonly name = "SealedValueDamaged";
}
