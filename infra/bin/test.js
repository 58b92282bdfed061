// The test command: everything it needs is installed and built first, then the runner starts the real parts and jest.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pinnedNode, prepare, root } from "./bootstrap.js";

prepare();
const child = spawn(pinnedNode(), [join(root, "dist", "infra", "main", "test.js"), ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: root,
});
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
