import { readFileSync, statSync } from "node:fs";
import { styleText } from "node:util";
import { Command } from "commander";
import { MAX_RECEIPT_BYTES } from "../format.js";
import { type Line, reportInWords } from "../report.js";
import { parseTrust, type Trust, TrustError } from "../trust.js";
import { EXIT_CODES, unusable, type VerifyCode, verifyReceipt } from "../verify/index.js";
import { accelerate } from "./accelerate.js";

interface Options {
  readonly trust: string;
  readonly json?: true;
  readonly explain?: true;
  readonly requireFinal?: true;
}

const EXAMPLES = `
Exit codes: 0 VERIFIED, 1 INVALID (a contradiction is proven), 2 INCOMPLETE (something that the trust file requires is lacking),
3 ERROR (not a receipt, or a file that can't be read).

Examples:
  $ countersign verify receipt.json --trust trust.json
  $ countersign verify receipt.json --trust trust.json --require-final --json | jq .verdict
`;

/** `countersign verify`: reads the two files and nothing else. */
export const verifyCommand = (): Command =>
  new Command("verify")
    .description("check a receipt offline against your own trust file")
    .argument("<file>", "the receipt")
    .requiredOption("--trust <file>", "what you trust: keys, policies, and which checks you require")
    .option("--json", "print the report as JSON")
    .option("--explain", "add the next step that each decision named")
    .option("--require-final", "INCOMPLETE where the incident hasn't ended")
    .addHelpText("after", EXAMPLES)
    .action(runVerify);

function runVerify(file: string, options: Options): void {
  accelerate();
  const read = readFiles(file, options.trust);
  if ("code" in read) {
    fail(read, options);
    return;
  }
  const report = verifyReceipt(read.receipt, read.trust, { requireFinal: options.requireFinal ?? false });
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else for (const line of reportInWords(report, { explain: options.explain ?? false })) console.log(styled(line));
  process.exitCode = report.exitCode;
}

interface Failure {
  readonly code: VerifyCode;
  readonly message: string;
}

function readFiles(file: string, trustFile: string): { readonly receipt: Uint8Array; readonly trust: Trust } | Failure {
  try {
    const trust = parseTrust(readFileSync(trustFile));
    if (statSync(file).size > MAX_RECEIPT_BYTES) return { code: "FILE_TOO_LARGE", message: file };
    return { trust, receipt: new Uint8Array(readFileSync(file)) };
  } catch (error) {
    if (error instanceof TrustError) return { code: "TRUST_MALFORMED", message: error.message };
    return { code: "FILE_UNREADABLE", message: (error as Error).message };
  }
}

function fail({ code, message }: Failure, { json }: Options): void {
  const report = unusable(code, message);
  if (json) console.log(JSON.stringify(report, null, 2));
  else console.error(styled({ text: `ERROR: ${code}: ${message}`, tone: "bad" }));
  process.exitCode = EXIT_CODES.ERROR;
}

const STYLES = {
  plain: [],
  title: ["bold"],
  good: ["green", "bold"],
  bad: ["red"],
  warn: ["yellow"],
  dim: ["dim"],
} as const;

const styled = ({ text, tone }: Line): string => {
  const style = STYLES[tone];
  return process.stdout.isTTY && !process.env.NO_COLOR && style.length > 0 && text !== ""
    ? styleText([...style], text)
    : text;
};
