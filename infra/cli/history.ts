import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { findPaths } from "../config/paths.js";
import { locate, requireTemporal } from "../deployment/locate.js";
import { openKeyStore } from "../keys/store.js";

interface HistoryOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** `countersign history INC`: for reviewers with access to Temporal and the codec's key. */
export const historyCommand = (): Command =>
  new Command("history")
    .description("fetch an incident's Temporal history and replay it with the code of today")
    .argument("<incident>", "incident id")
    .option("--out <file>", "write the history (still encrypted) as JSON")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  countersign history inc_01k…\n  countersign history inc_01k… --out history.json --json\n\nExit codes: 0 replays, 1 differs, 3 could not run.",
    )
    .action(history);

async function history(inc: string, { out, json }: HistoryOptions): Promise<void> {
  const [{ dataConverterOf }, { temporalClient }, { replay }, { workflowIdOf }, { historyToJSON }] = await Promise.all([
    import("../codec/data-converter.js"),
    import("../temporal/client.js"),
    import("../temporal/replay.js"),
    import("../../workflows/messages.js"),
    import("@temporalio/common/lib/proto-utils.js"),
  ]);
  const paths = findPaths();
  const keys = openKeyStore(paths.keys);
  const dataConverter = dataConverterOf(keys);
  const temporal = temporalClient({ ...requireTemporal(locate(paths, process.env)), dataConverter });
  try {
    const id = workflowIdOf(keys.org, inc);
    const fetched = await temporal.client.workflow.getHandle(id).fetchHistory();
    if (out) writeFileSync(out, historyToJSON(fetched));
    const result = await replay(fetched, id, dataConverter);
    const words =
      result.difference ?? `replays: ${result.events} events, ${result.activities} activities with the same arguments`;
    process.stdout.write(json ? `${JSON.stringify({ workflowId: id, ...result })}\n` : `${words}\n`);
    if (result.difference !== null) process.exitCode = 1;
  } finally {
    await temporal.close();
  }
}
