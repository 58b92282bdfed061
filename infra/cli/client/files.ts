import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { CliProblem } from "../problem.js";

const unreadable = (file: string, error: unknown): CliProblem =>
  new CliProblem(
    "FILE_UNREADABLE",
    `${file} can't be read (${(error as { code?: string }).code ?? "unknown reason"}).`,
    3,
  );

/** The text of a file, or of standard input where the name is "-". @throws {CliProblem} FILE_UNREADABLE */
export async function readText(file: string): Promise<string> {
  try {
    return await text(file === "-" ? process.stdin : createReadStream(file));
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** SHA-256 of a file of any size, 64 hex digits. @throws {CliProblem} FILE_UNREADABLE */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw unreadable(file, error);
  }
  return hash.digest("hex");
}
