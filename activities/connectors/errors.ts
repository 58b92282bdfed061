/**
 * The connector won't or can't do what it was told, and nothing was called. At construction: you set us up wrong. `code` is stable,
 * capitals and underscores; the message is for people.
 */
export class ConnectorError extends Error {
  override readonly name = "ConnectorError";
  constructor(
    readonly code: string,
    message: string,
    /** True where the target has moved since it was approved. */
    readonly voidsApprovals = false,
  ) {
    super(message);
  }
}
