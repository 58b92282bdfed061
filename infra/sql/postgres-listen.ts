import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const RETRY_MS = 500;

/** Listens on a client of its own and again after each drop. Resolves after the first attempt, whatever became of it. */
export async function listenOn(
  connect: () => pg.Client,
  channel: string,
  heard: () => void,
  warn: (message: string) => void,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const first = Promise.withResolvers<void>();
  const listening = keepListening(connect, channel, heard, warn, stop.signal, first.resolve);
  await first.promise;
  return async () => {
    stop.abort();
    await listening;
  };
}

async function keepListening(
  connect: () => pg.Client,
  channel: string,
  heard: () => void,
  warn: (message: string) => void,
  stop: AbortSignal,
  attempted: () => void,
): Promise<void> {
  while (!stop.aborted) {
    const client = connect();
    const dropped = untilDropped(client, stop);
    try {
      await listen(client, channel, heard);
      attempted();
      await dropped;
    } catch (error) {
      warn(`postgres LISTEN failed: ${(error as Error).message}`);
      attempted();
    }
    await client.end().catch(() => {});
    await sleep(RETRY_MS, undefined, { signal: stop }).catch(() => {});
  }
}

/** Registered before connecting: a client whose socket breaks emits `error`, and unheard it would end the process. */
function untilDropped(client: pg.Client, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.on("error", () => resolve());
    client.on("end", () => resolve());
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function listen(client: pg.Client, channel: string, heard: () => void): Promise<void> {
  client.on("notification", heard);
  await client.connect();
  await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  heard();
}
