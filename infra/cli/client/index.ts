import type { Command } from "commander";
import { endingCommands } from "./ending.js";
import { evidenceCommand } from "./evidence.js";
import { executionCommands } from "./execution.js";
import { healthCommand } from "./health.js";
import { incidentCommand } from "./incident.js";
import { planCommand } from "./plan.js";
import { receiptCommand } from "./receipt.js";
import { commandCommand } from "./recorded.js";
import { responderCommands } from "./responders.js";
import { taskCommand } from "./task.js";
import { triageCommand } from "./triage.js";
import { verdictCommand } from "./verdict.js";
import { voteCommands } from "./vote.js";

/** The commands that speak only to the API, in the order in which an incident needs them. */
export const clientCommands = (): Command[] => [
  incidentCommand(),
  ...responderCommands(),
  planCommand(),
  ...voteCommands(),
  evidenceCommand(),
  verdictCommand(),
  ...executionCommands(),
  taskCommand(),
  ...endingCommands(),
  receiptCommand(),
  triageCommand(),
  commandCommand(),
  healthCommand(),
];
