import { replay } from "../../../infra/temporal/replay.js";
import { converterOf, historyIn, readRecording } from "./recording.js";

// In a process of its own: Temporal's native core doesn't belong into a test runner's sandbox.
const recording = readRecording(process.argv[2]!);
const result = await replay(historyIn(recording), recording.workflowId, converterOf(recording));
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
