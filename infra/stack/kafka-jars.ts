import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "./errors.js";
import { cacheFolder, packageRoot } from "./folders.js";
import type { Progress } from "./health.js";
import { withLock } from "./lock.js";
import { findOnPath, isProgram, run } from "./programs.js";

/** The broker that infra/kafka/pom.xml names; a test holds the two together. */
export const KAFKA_VERSION = "4.1.1";

export interface KafkaProgram {
  readonly java: string;
  /** Folder of jars. */
  readonly libs: string;
  readonly source: string;
}

/** The ways to a broker, injectable. */
export interface KafkaWays {
  /** A Java and its major version, or null. */
  java(): Promise<{ readonly file: string; readonly major: number } | null>;
  cached(): string | null;
  /** Null where Maven is missing. Throws when its repository can't be reached. */
  fetch(): Promise<string> | null;
}

/** Null, with a progress line that says why, where no broker can be had: the event log is then the embedded one. */
export async function findKafka(ways: KafkaWays, progress: Progress): Promise<KafkaProgram | null> {
  const without = (reason: string) => {
    progress(`kafka: ${reason}; the event log will be the embedded Postgres one`);
    return null;
  };
  const java = await ways.java();
  if (java === null) return without("no Java here");
  if (java.major < 17) return without(`Java ${java.major} found, 17 or later needed`);
  const cached = ways.cached();
  if (cached !== null) return { java: java.file, libs: cached, source: "cached Maven jars" };
  const fetching = ways.fetch();
  if (fetching === null) return without("no Maven here and no cached jars");
  try {
    return { java: java.file, libs: await fetching, source: "Maven jars" };
  } catch (error) {
    return without(reasonOf(error));
  }
}

export function kafkaWays(env: NodeJS.ProcessEnv, progress: Progress): KafkaWays {
  const libs = join(cacheFolder(env), `kafka-${KAFKA_VERSION}`);
  return {
    java: () => findJava(env),
    cached: () => (hasJars(libs) ? libs : null),
    fetch: () => {
      const mvn = findOnPath("mvn", env);
      return mvn === null ? null : fetchJars({ mvn, libs, env, progress });
    },
  };
}

async function findJava(env: NodeJS.ProcessEnv): Promise<{ file: string; major: number } | null> {
  const atHome = env.JAVA_HOME ? join(env.JAVA_HOME, "bin", "java") : "";
  const file = isProgram(atHome) ? atHome : findOnPath("java", env);
  if (file === null) return null;
  // macOS has a `java` on PATH that only tells where to get one.
  const said = await run(file, ["-version"], { env, timeoutMs: 20_000 }).catch(() => null);
  return said === null ? null : { file, major: javaMajor(said) };
}

/** Of what `java -version` prints; 0 when it says nothing known. Up to 8, the major version was the second number. */
export function javaMajor(versionText: string): number {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(versionText) ?? [];
  return Number((first === "1" ? second : first) ?? 0);
}

interface JarFetch {
  readonly mvn: string;
  readonly libs: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
}

async function fetchJars({ mvn, libs, env, progress }: JarFetch): Promise<string> {
  mkdirSync(cacheFolder(env), { recursive: true });
  const waiting = (pid: number) => progress(`kafka: another start (pid ${pid}) is fetching the jars, waiting for it`);
  return withLock(`${libs}.lock`, waiting, async () => {
    if (hasJars(libs)) return libs;
    progress(`kafka: fetching the broker's jars (${KAFKA_VERSION}, 54 MB) with Maven, under a minute the first time`);
    const draft = mkdtempSync(`${libs}.fetch-`);
    try {
      const pom = join(packageRoot(), "infra", "kafka", "pom.xml");
      const options = ["-DincludeScope=runtime", `-DoutputDirectory=${join(draft, "libs")}`];
      await run(mvn, ["-q", "-B", "-f", pom, "dependency:copy-dependencies", ...options], { env, timeoutMs: 600_000 });
      renameSync(join(draft, "libs"), libs);
      return libs;
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

function hasJars(libs: string): boolean {
  try {
    return readdirSync(libs).some((name) => name.startsWith("kafka-tools-"));
  } catch {
    return false;
  }
}
