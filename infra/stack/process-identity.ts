import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A text that no other process ever shares with this one, though it may get the same pid later: boot id and start time in clock
 * ticks on Linux, what `ps` says elsewhere. Null when there is no such process, or only its unreaped remains.
 */
export function identityOf(pid: number): string | null {
  return process.platform === "linux" ? linuxIdentity(pid) : psIdentity(pid);
}

export function isAlive(started: { readonly pid: number; readonly identity: string }): boolean {
  return identityOf(started.pid) === started.identity;
}

function linuxIdentity(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in brackets and may hold anything, so fields are counted from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === "Z" || state === "X") return null;
  return `${readOrNull("/proc/sys/kernel/random/boot_id")?.trim()}/${startTicks}`;
}

function psIdentity(pid: number): string | null {
  try {
    const [state, ...started] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    return state === undefined || state === "" || state.startsWith("Z") ? null : started.join(" ");
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
