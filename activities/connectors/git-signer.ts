import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ConnectorError } from "./errors.js";

const execFileAsync = promisify(execFile);

/**
 * The line of an allowed-signers file that takes our own signatures and no others.
 * @throws {ConnectorError} `SIGNING_KEY` where the key can't be read or isn't Ed25519: only such a key signs the same bytes the same
 *   way each time, and on that the commit id rests.
 */
export async function allowedSigner(signingKey: string, principal: string): Promise<string> {
  const key = await publicKeyOf(signingKey);
  if (!key.startsWith("ssh-ed25519 "))
    throw new ConnectorError("SIGNING_KEY", `expected an Ed25519 signing key, found ${key.split(" ")[0]}`);
  return `${principal} namespaces="git" ${key}\n`;
}

async function publicKeyOf(signingKey: string): Promise<string> {
  try {
    // The empty passphrase makes it fail rather than ask where the key has one.
    const { stdout } = await execFileAsync("ssh-keygen", ["-y", "-P", "", "-f", signingKey], { timeout: 10_000 });
    return stdout.trim().split(" ").slice(0, 2).join(" ");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ConnectorError(
      "SIGNING_KEY",
      missing ? "ssh-keygen isn't installed" : "the signing key can't be read, or has a passphrase",
    );
  }
}
