import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Stack, stackDown, stackUp } from "../stack/stack.js";

/**
 * Runs lint, types and every test on the real stack, which it starts in a folder of its own and stops again. A part that can't be had
 * fails the run by name, unless `--allow-missing=kafka,postgres` says so; other arguments go to jest.
 */
const args = process.argv.slice(2);
const allowed = new Set(
  args
    .filter((arg) => arg.startsWith("--allow-missing="))
    .flatMap((arg) => arg.slice("--allow-missing=".length).split(",")),
);
const jestArgs = args.filter((arg) => !arg.startsWith("--allow-missing="));
/** Before the tests: what a reviewer shouldn't have to look for. */
const CHECKS = [
  ["lint and format", "node_modules/@biomejs/biome/bin/biome", "ci", "."],
  ["types", "node_modules/typescript/bin/tsc", "--noEmit", "-p", "tsconfig.json"],
] as const;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const dir = mkdtempSync(join(tmpdir(), "countersign-test-"));
let stopping: Promise<void> | undefined;
const stop = (): Promise<void> =>
  (stopping ??= stackDown(join(dir, "stack"), say).finally(() => rmSync(dir, { recursive: true, force: true })));
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void stop().finally(() => process.exit(1)));

let exitCode = 1;
try {
  exitCode = await main();
} catch (error) {
  say(error instanceof Error ? `${(error as { code?: string }).code ?? error.name}: ${error.message}` : String(error));
  process.stdout.write("0 passed, 1 failed\n");
} finally {
  await stop();
}
process.exit(exitCode);

async function main(): Promise<number> {
  if (jestArgs.length === 0)
    for (const [name, ...command] of CHECKS) if ((await run(name!, command)) !== 0) return failed(name!);
  const stack = await stackUp({ dir: join(dir, "stack"), parts: ["temporal", "kafka", "postgres"], progress: say });
  const missing = missingParts(stack).filter(({ part }) => !allowed.has(part));
  for (const { code, part } of missing)
    say(`${code}: ${part} can't be had here; \`--allow-missing=${part}\` leaves its tests out`);
  return missing.length > 0 ? failed(missing.map(({ code }) => code).join(", ")) : runJest(stack);
}

function failed(name: string): number {
  say(`failed: ${name}`);
  process.stdout.write("0 passed, 1 failed\n");
  return 1;
}

/** Tests that a missing part leaves out; what remains runs on the embedded ones. */
const NEEDED_BY = {
  kafka: ["tests/stack/.*kafka", "tests/stack/stack.test", "tests/stack/durability/(kill|record)"],
  postgres: [
    "tests/stack/.*postgres",
    "tests/stack/stack.test",
    "tests/stack/(e2e|workflow)/",
    "tests/stack/durability/(?!embedded|haystack|replay)",
  ],
} as const;

function missingParts({ kafka, postgres }: Pick<Stack, "kafka" | "postgres">) {
  return [
    ...(kafka === null ? [{ part: "kafka", code: "NEEDS_JAVA" } as const] : []),
    ...("pglite" in postgres ? [{ part: "postgres", code: "NEEDS_POSTGRES" } as const] : []),
  ];
}

async function runJest(stack: Pick<Stack, "temporal" | "kafka" | "postgres">): Promise<number> {
  const report = join(dir, "report.json");
  const left = missingParts(stack)
    .flatMap(({ part }) => NEEDED_BY[part])
    .map((path) => `--testPathIgnorePatterns=${path}`);
  for (const { part } of missingParts(stack)) say(`left out, since ${part} is missing: ${NEEDED_BY[part].join(", ")}`);
  const code = await run(
    "jest",
    ["node_modules/jest/bin/jest.js", "--json", `--outputFile=${report}`, ...left, ...jestArgs],
    {
      NODE_OPTIONS: "--experimental-vm-modules --disable-warning=ExperimentalWarning",
      CS_TEST_TEMPORAL_ADDRESS: stack.temporal.address,
      ...(allowed.has("kafka") && { CS_TEST_EVENT_LOG: "embedded" }),
      ...(stack.kafka && { CS_TEST_KAFKA_BROKERS: stack.kafka.brokers.join(",") }),
      ...("url" in stack.postgres && { CS_TEST_DATABASE_URL: stack.postgres.url }),
    },
  );
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  process.stdout.write(
    `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed, ${numPendingTests} skipped\n`,
  );
  return code;
}

function run(name: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  say(`${name} …`);
  const child = spawn(process.execPath, command, {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, ...env, PATH: `${join("node_modules", ".bin")}:${process.env.PATH}` },
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
}
