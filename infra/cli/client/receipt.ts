import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { CliProblem } from "../problem.js";
import { type ClientOptions, group, INC_HELP, leaf, oneOf, print, withApi } from "./command.js";
import { findInc } from "./find.js";

type GetOptions = ClientOptions & { readonly out?: string; readonly openings: string };

export const receiptCommand = (): Command => group("receipt", "fetch receipts", getCommand());

const getCommand = (): Command =>
  leaf("get", "an incident's receipt, byte for byte; interim until the incident is closed or cancelled", {
    notes: `${INC_HELP}\nWith --openings all it holds every sealed word in the clear: give such a one only to who may read them.`,
    examples: [
      "receipt get latest --out receipt.json",
      "verify receipt.json --trust trust.json",
      "receipt get latest --openings all --out review.json",
    ],
  })
    .argument("<INC>")
    .option("--out <file>", "write it there, readable to its owner alone (default: standard output)")
    .option("--openings <which>", "none or all sealed values opened", oneOf("none", "all"), "none")
    .action((word: string, options: GetOptions) =>
      withApi(options, async (api) => {
        const bytes = await api.bytes(`/incidents/${await findInc(api, word)}/receipt?openings=${options.openings}`);
        if (options.out === undefined) return void process.stdout.write(bytes);
        write(options.out, bytes);
        print(options, { out: options.out, bytes: bytes.length }, () => [
          `wrote ${options.out} (${bytes.length} bytes); check it with: countersign verify ${options.out} --trust trust.json`,
        ]);
      }),
    );

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { mode: 0o600 });
  } catch (error) {
    throw new CliProblem("FILE_NOT_WRITTEN", `${file} can't be written (${(error as { code?: string }).code}).`, 3);
  }
}
