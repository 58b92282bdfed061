import { isUtf8 } from "node:buffer";
import { ConnectorError } from "./errors.js";
import type { Git } from "./git-command.js";

export interface FileState {
  readonly mode: string;
  readonly text: string;
}

const MAX_FILE_BYTES = 1024 * 1024;

/** A file as a commit has it. @throws {ConnectorError} where it is missing there, no plain file, too large, or not UTF-8. */
export async function readFileAt(git: Git, commit: string, file: string): Promise<FileState> {
  const entry = (await git.must(["ls-tree", "-z", "-l", "--full-tree", commit, "--", file])).toString("utf8");
  const [, mode, blob, size] = /^(\d{6}) \w+ ([0-9a-f]+) +(\d+|-)\t/.exec(entry) ?? [];
  if (blob === undefined) throw new ConnectorError("TARGET_FILE_MISSING", `${file} isn't there`);
  if (mode !== "100644" && mode !== "100755") throw new ConnectorError("TARGET_NOT_A_FILE", `${file} is no plain file`);
  if (Number(size) > MAX_FILE_BYTES)
    throw new ConnectorError("TARGET_TOO_LARGE", `${file} is larger than ${MAX_FILE_BYTES} bytes`);
  const bytes = await git.must(["cat-file", "blob", blob]);
  if (!isUtf8(bytes)) throw new ConnectorError("TARGET_NOT_JSON", `${file} isn't UTF-8`);
  return { mode, text: bytes.toString("utf8") };
}
