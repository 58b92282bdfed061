import type { Progress } from "./health.js";
import type { PartName } from "./parts.js";
import { type ProcessSpec, type StartedProcess, startProcess, stopProcess } from "./processes.js";
import type { StackStore } from "./stack-file.js";

/** What each part gets to start itself. */
export interface PartContext {
  /** The stack's data folder, absolute. */
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly store: StackStore;
  readonly progress: Progress;
}

/**
 * Starts a process and records it at once, before it is known to be healthy: after a crash here, `stack down` and the next
 * `stack up` still find it.
 */
export async function startRecorded(
  context: PartContext,
  spec: Omit<ProcessSpec, "env"> & { env?: NodeJS.ProcessEnv },
) {
  const started = await startProcess({ env: context.env, ...spec });
  context.store.update((file) => ({ ...file, processes: [...file.processes, started] }));
  return started;
}

/** Stops every recorded process of a part and forgets the part. */
export async function stopPart(context: Pick<PartContext, "store" | "progress">, part: PartName): Promise<void> {
  const processes = context.store.read().processes.filter((one) => one.part === part);
  await Promise.all(processes.map((one) => stopAndTell(one, context.progress)));
  context.store.update((file) => ({
    ...file,
    processes: file.processes.filter((one) => one.part !== part),
    parts: { ...file.parts, [part]: undefined },
  }));
}

async function stopAndTell(started: StartedProcess, progress: Progress): Promise<void> {
  const outcome = await stopProcess(started);
  const note = outcome === "killed" ? "didn't end when asked and was killed" : outcome;
  progress(`${started.part}: ${started.name} (pid ${started.pid}) ${note}`);
}
