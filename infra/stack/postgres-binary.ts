import { readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findOnPath, isProgram, run } from "./programs.js";

export interface PostgresProgram {
  /** Folder of `initdb` and `postgres`. */
  readonly bin: string;
  readonly source: string;
  /** Whom to run it as; undefined is ourselves. */
  readonly user?: PosixUser;
}

export interface PosixUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The ways to a Postgres, injectable. */
export interface PostgresWays {
  /** Folder that holds both `initdb` and `postgres`, or null. */
  bin(): string | null;
  isRoot(): boolean;
  user(name: string): Promise<PosixUser | null>;
}

/** A server that can be run, or in words why there is none. As root it takes another user, since Postgres refuses root. */
export async function findPostgres(ways: PostgresWays): Promise<{ program: PostgresProgram } | { missing: string }> {
  const bin = ways.bin();
  if (bin === null) return { missing: "no local server installed" };
  if (!ways.isRoot()) return { program: { bin, source: "local server" } };
  const user = (await ways.user("postgres")) ?? (await ways.user("nobody"));
  if (user === null) return { missing: "the local server refuses root, and there is no user postgres or nobody" };
  return { program: { bin, source: `local server, as user ${user.name}`, user } };
}

export function postgresWays(env: NodeJS.ProcessEnv): PostgresWays {
  return {
    bin: () => [...pathFolders(env), ...debianFolders("/usr/lib/postgresql")].find(hasServer) ?? null,
    isRoot: () => process.getuid?.() === 0,
    user: async (name) => {
      const ids = await Promise.all(["-u", "-g"].map((flag) => run("id", [flag, name], { env }).catch(() => null)));
      const [uid, gid] = ids.map((id) => (id === null ? Number.NaN : Number.parseInt(id, 10)));
      return Number.isInteger(uid) && Number.isInteger(gid) ? { name, uid: uid!, gid: gid! } : null;
    },
  };
}

function hasServer(folder: string): boolean {
  return isProgram(join(folder, "initdb")) && isProgram(join(folder, "postgres"));
}

function pathFolders(env: NodeJS.ProcessEnv): readonly string[] {
  return findOnPath("initdb", env) === null ? [] : (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
}

/** Debian keeps servers off PATH, one folder per major version; the newest is taken. */
function debianFolders(root: string): readonly string[] {
  try {
    const versions = readdirSync(root).filter((name) => /^\d+$/.test(name));
    return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, "bin"));
  } catch {
    return [];
  }
}
