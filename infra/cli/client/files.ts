import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { CliProblem } from "../problem.js";

const unreadable = (file: string, error: unknown): CliProblem =>
  new CliProblem("FILE_UNREADABLE", `${file} can't be read (${(error as { code?: string }).code ?? "unknown reason"}).`, 3);

/** The text of a file, or of standard input where the name is "-". @throws {CliProblem} FILE_UNREADABLE */
export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
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
