import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOf, isAlive } from "./process-identity.js";

interface Holder {
  readonly pid: number;
  readonly identity: string;
  readonly nonce: string;
}

/**
 * Runs `work` while holding the lock file, waiting as long as its holder lives. The lock of a process that died is taken over.
 * `onWait` is called once, with the holder's pid, when there is a wait.
 */
export async function withLock<T>(path: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  const own: Holder = { pid: process.pid, identity: identityOf(process.pid) ?? "", nonce: randomUUID() };
  await acquire(path, own, onWait);
  try {
    return await work();
  } finally {
    if (holderOf(path)?.nonce === own.nonce) rmSync(path, { force: true });
  }
}

async function acquire(path: string, own: Holder, onWait: (pid: number) => void): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryAcquire(path, own)) {
    const holder = holderOf(path);
    if (holder === null) continue;
    if (!isAlive(holder)) takeAway(path, own.nonce, holder.nonce);
    else {
      if (!told) onWait(holder.pid);
      told = true;
      await sleep(200);
    }
  }
}

/** The file is linked into place whole, so that nobody reads a lock without its holder. */
function tryAcquire(path: string, own: Holder): boolean {
  const draft = `${path}.${own.nonce}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Another waiter may have replaced the dead lock since we read it; then what we moved away is alive and is put back. */
function takeAway(path: string, ownNonce: string, deadNonce: string): void {
  const aside = `${path}.${ownNonce}.dead`;
  try {
    renameSync(path, aside);
    if (holderOf(aside)?.nonce !== deadNonce) linkSync(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Null when there is no lock, or a file that no version of us wrote whole. */
function holderOf(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    return { pid: 0, identity: "unreadable", nonce: "unreadable" };
  }
}
