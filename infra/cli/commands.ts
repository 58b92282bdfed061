import type { Command } from "commander";
import { verifyCommand } from "../../receipts/cli/verify.js";
import { clientCommands } from "./client/index.js";
import { demoCommand } from "./demo.js";
import { historyCommand } from "./history.js";
import { initCommand } from "./init.js";
import { keysCommand } from "./keys.js";
import { runCommands } from "./run.js";
import { stackCommand } from "./stack.js";

/** Everything that `countersign` can do, in the order of its help. */
export const allCommands = (): Command[] => [
  ...runCommands(),
  stackCommand(),
  initCommand(),
  keysCommand(),
  ...clientCommands(),
  verifyCommand(),
  historyCommand(),
  demoCommand(),
];
