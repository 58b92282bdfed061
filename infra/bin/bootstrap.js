// Plain JavaScript without dependencies: it runs before anything is installed, on whatever Node the machine has.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SOURCES = ["incidents", "policy", "receipts", "workflows", "activities", "services", "infra"];

const say = (line) => process.stderr.write(`${line}\n`);
const digestOf = (file) =>
  createHash("sha256")
    .update(readFileSync(join(root, file)))
    .digest("hex");

/** The Node that the project pins (npm package `node`), once it is installed. */
export const pinnedNode = () => join(root, "node_modules", "node", "bin", "node");

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, ...env, PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}` },
  });
  if (error) throw error;
  if (status !== 0) {
    say(`countersign: \`${[command, ...args].join(" ")}\` failed with exit code ${status}`);
    process.exit(3);
  }
}

function install() {
  const stamp = join(root, "node_modules", ".countersign-lock");
  const wanted = digestOf("package-lock.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(pinnedNode())) return;
  say("countersign: installing packages (about a minute the first time) …");
  // Not `npm ci`: it refuses a lock file that lacks optional packages of platforms that a registry doesn't carry.
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, wanted);
}

function newest(path) {
  const at = statSync(path);
  if (!at.isDirectory()) return /\.test\.ts$/.test(path) || !/\.(ts|yaml)$/.test(path) ? 0 : at.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function build() {
  const stamp = join(root, "dist", ".built");
  const changed = Math.max(newest(join(root, "package.json")), ...SOURCES.map((folder) => newest(join(root, folder))));
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= changed) return;
  say("countersign: building …");
  run(pinnedNode(), [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"]);
  run(pinnedNode(), [join(root, "dist", "infra", "main", "bundle.js")]);
  writeFileSync(stamp, "");
}

/** Everything that a command needs, installed and built where it is missing or old. */
export function prepare() {
  install();
  if (existsSync(join(root, "tsconfig.build.json"))) build();
}
