import { join } from "node:path";
import { ConnectorError } from "./errors.js";
import { withSetting } from "./git-command.js";
import { trailerOf } from "./git-commit.js";
import type { GitConfig } from "./git-config.js";
import { ALLOWED_SIGNERS, type Mirror } from "./git-mirror.js";

/** Commits in the history of `head` whose message has the marker's trailer, whoever made them. */
export async function findMarked({ git }: Mirror, head: string, marker: string): Promise<readonly string[]> {
  const trailer = trailerOf(marker);
  const found = await git.line(["rev-list", "--fixed-strings", `--grep=${trailer}`, head, "--"]);
  const commits = found.split("\n").filter((line) => line !== "");
  const messages = await Promise.all(commits.map((commit) => git.line(["log", "-1", "--format=%B", commit, "--"])));
  return commits.filter((_, i) => messages[i]!.split("\n").includes(trailer));
}

export async function parentsOf({ git }: Mirror, commit: string): Promise<readonly string[]> {
  return (await git.line(["rev-list", "--parents", "-1", commit, "--"])).split(" ").slice(1);
}

/**
 * The one commit with that marker that we made; null where there is no such marker.
 * @throws {ConnectorError} `MARKER_NOT_OURS` where others bear it too, or it isn't ours.
 */
export async function findOurs(
  mirror: Mirror,
  config: GitConfig,
  head: string,
  marker: string,
): Promise<string | null> {
  const marked = await findMarked(mirror, head, marker);
  if (marked.length === 0) return null;
  const ours = await Promise.all(marked.map((commit) => isOurs(mirror, config, commit)));
  const made = marked.filter((_, i) => ours[i]);
  if (made.length === 1) return made[0]!;
  throw new ConnectorError(
    "MARKER_NOT_OURS",
    `the step's marker stands on ${marked.join(", ")}, of which ${made.length} are ours`,
  );
}

/** Author, committer and, where we sign, a signature of our key over these very bytes. */
async function isOurs({ dir, git }: Mirror, { author, signingKey }: GitConfig, commit: string): Promise<boolean> {
  const args = ["log", "-1", "--format=%an%n%ae%n%cn%n%ce%n%G?", commit, "--"];
  const env = withSetting("gpg.ssh.allowedSignersFile", join(dir, ALLOWED_SIGNERS));
  const [authorName, authorEmail, committerName, committerEmail, signature] = (await git.line(args, { env })).split(
    "\n",
  );
  const named =
    [authorName, committerName].every((name) => name === author.name) &&
    [authorEmail, committerEmail].every((email) => email === author.email);
  return named && (signingKey === undefined || signature === "G");
}
