/** You set us up wrong: what was expected, what was found. Never retryable; a process that meets one ends with exit code 3. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
