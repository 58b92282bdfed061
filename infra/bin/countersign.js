#!/usr/bin/env node
// The command: makes sure that packages and build are there, then hands over to the pinned Node.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pinnedNode, prepare, root } from "./bootstrap.js";

prepare();
const child = spawn(
  pinnedNode(),
  ["--enable-source-maps", join(root, "dist", "infra", "main", "cli.js"), ...process.argv.slice(2)],
  { stdio: "inherit" },
);
// Ctrl-C reaches the whole group: the child decides when it is done. What was sent to this process alone is passed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
