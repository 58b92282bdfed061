import { createServer } from "node:net";
import { keep, type StackStore } from "./stack-file.js";

/**
 * `count` free ports on 127.0.0.1 for one process: those of its last start while they are free, so that addresses noted elsewhere
 * stay true, else new ones. Another program may take one before we do; the start then fails and says so.
 */
export async function takePorts(store: StackStore, name: string, count: number): Promise<readonly number[]> {
  const before = store.read().kept.ports?.[name] ?? [];
  const ports = before.length === count && (await allFree(before)) ? before : await freePorts(count);
  keep(store, { ports: { ...store.read().kept.ports, [name]: ports } });
  return ports;
}

/** All are held open until the last is known, so that no port is given twice. */
async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => hold(0)));
  await Promise.all(held.map((one) => one.release()));
  return held.map((one) => one.port);
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  const held = await Promise.allSettled(ports.map(hold));
  await Promise.all(held.map((one) => (one.status === "fulfilled" ? one.value.release() : undefined)));
  return held.every((one) => one.status === "fulfilled");
}

function hold(wanted: number): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : wanted;
      resolve({ port, release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}
