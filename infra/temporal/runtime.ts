import { DefaultLogger, Runtime } from "@temporalio/worker";

/** Two of the three queues have no workflows, by design. */
const EXPECTED = /^No workflows registered/;

let installed = false;

/** Nest and the CLI own the signals; the native core's own log is kept to warnings. */
export function installRuntime(log: (line: string) => void): void {
  if (installed) return;
  installed = true;
  const logger = new DefaultLogger("WARN", ({ level, message, meta }) => {
    if (!EXPECTED.test(message)) log(`${level} temporal: ${message}${meta?.error ? ` (${meta.error})` : ""}`);
  });
  Runtime.install({ shutdownSignals: [], logger, telemetryOptions: { logging: { forward: {}, filter: "ERROR" } } });
}
