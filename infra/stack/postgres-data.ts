import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "./errors.js";
import type { PartContext } from "./part-context.js";
import type { PosixUser, PostgresProgram } from "./postgres-binary.js";
import { run } from "./programs.js";
import { keep } from "./stack-file.js";

/** A data folder `<home>/data` and who may log in to it. */
export interface PostgresData {
  readonly home: string;
  readonly user: string;
  readonly password: string;
}

const USER = "countersign";

/** The data folder, made on the first start with a random password that `stack.json` keeps. */
export async function initData(context: PartContext, program: PostgresProgram): Promise<PostgresData> {
  const home = await homeFolder(context, program.user);
  const known = context.store.read().kept.postgresPassword;
  if (existsSync(join(home, "data", "PG_VERSION")))
    return { home, user: USER, password: known ?? passwordLost(context, home) };
  const password = randomBytes(24).toString("hex");
  context.progress(`postgres: making a data folder in ${home}`);
  await makeData(context, program, home, password);
  return { home, user: USER, password };
}

/** Made beside its place and renamed, so that a folder called `data` is always whole. */
async function makeData(context: PartContext, program: PostgresProgram, home: string, password: string): Promise<void> {
  const [draft, passwordFile] = [join(home, "data.new"), join(home, "password")];
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  own(passwordFile, program.user);
  const login = [`--username=${USER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  const args = ["-D", draft, ...login, "--encoding=UTF8", "--locale=C"];
  try {
    await run(join(program.bin, "initdb"), args, {
      env: context.env,
      cwd: home,
      user: program.user,
      timeoutMs: 120_000,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeFileSync(join(draft, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
  keep(context.store, { postgresPassword: password });
  renameSync(draft, join(home, "data"));
}

/** In the stack's folder, or in the machine's temporary one where the server's user can't reach that. */
async function homeFolder(context: PartContext, user: PosixUser | undefined): Promise<string> {
  const kept = context.store.read().kept.postgresHome;
  if (kept !== undefined && existsSync(kept)) return kept;
  const inside = join(context.dir, "postgres");
  mkdirSync(inside, { recursive: true, mode: 0o700 });
  const home = (await canUse(inside, user, context.env)) ? inside : outside(context, inside, user!);
  keep(context.store, { postgresHome: home });
  return home;
}

async function canUse(folder: string, user: PosixUser | undefined, env: NodeJS.ProcessEnv): Promise<boolean> {
  own(folder, user);
  if (user === undefined) return true;
  return run("test", ["-w", folder], { env, cwd: "/", user }).then(
    () => true,
    () => false,
  );
}

function outside(context: PartContext, inside: string, user: PosixUser): string {
  rmSync(inside, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
  own(home, user);
  context.progress(`postgres: user ${user.name} can't reach ${context.dir}, so the data folder is ${home}`);
  return home;
}

function own(path: string, user: PosixUser | undefined): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

function passwordLost(context: PartContext, home: string): never {
  throw new ConfigError(
    "POSTGRES_PASSWORD_LOST",
    `${home} holds data, but ${join(context.dir, "stack.json")} no longer knows its password: remove ${home} to begin anew`,
  );
}
