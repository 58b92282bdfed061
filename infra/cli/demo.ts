import { Command, InvalidArgumentError } from "commander";

interface DemoOptions {
  readonly keep?: boolean;
  readonly out: string;
  readonly port: number;
}

const port = (value: string): number => {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 0 || n > 65_535) throw new InvalidArgumentError("expected a port from 0 to 65535");
  return n;
};

/** `countersign demo`: from a real alert to a verified receipt, on real parts. */
export const demoCommand = (): Command =>
  new Command("demo")
    .description("from a real alert to a verified receipt, on this machine")
    .option("--keep", "leave everything running to look at, until Ctrl-C")
    .option("--out <folder>", "where the receipt and the trust file go", "demo-out")
    .option("--port <port>", "port of the API; 0 takes a free one", port, 0)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run demo\n  npm run demo -- --keep\n\nIt uses nothing but this machine: what stands for a team's own systems is a sandbox and says so.",
    )
    .action(async ({ keep = false, ...options }: DemoOptions) => {
      const { demo } = await import("../demo/demo.js");
      process.exitCode = await demo({ keep, ...options });
    });
