import { readConfig } from "../config/config.js";
import type { Paths } from "../config/paths.js";
import { stackUp } from "../stack/stack.js";
import { startApi } from "./api.js";
import { startBuilder } from "./builder.js";
import { openDeployment } from "./deployment.js";
import { describe, fromStack, stackFolder, type Whereabouts } from "./locate.js";
import { startWorker } from "./worker.js";

export interface UpOptions {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  readonly port: number;
  readonly host: string;
  readonly say: (line: string) => void;
  /** Where the parts are, for a caller that has started them; found or started otherwise. */
  readonly where?: Whereabouts;
}

export interface Up {
  /** Where the API listens. */
  readonly url: string;
  /** Rejects where a part stopped by itself. */
  readonly failed: Promise<unknown>;
  /** Stops in the order in which work arrives: no new requests, no new tasks, the last records folded. */
  close(): Promise<void>;
}

/** Everything in one process, on what the local stack has or the settings name. The stack goes on running afterwards. */
export async function up(options: UpOptions): Promise<Up> {
  const { paths, env, port, host, say } = options;
  readConfig(paths.config);
  const where = options.where ?? (await stackOf(options));
  for (const line of describe(where)) say(line);
  const deployment = await openDeployment({ paths, where, program: "up", env, say });
  const builder = await startBuilder(deployment);
  const worker = await startWorker(deployment);
  const api = await startApi(deployment, { port, host });
  const close = async (): Promise<void> => {
    await api.close();
    await worker.stop();
    await builder.close();
    await deployment.close();
  };
  return { url: api.url, failed: worker.done, close };
}

/** Starts only what no setting names and what isn't wanted embedded. */
async function stackOf({ paths, env, say }: UpOptions): Promise<Whereabouts> {
  const dir = env.COUNTERSIGN_STACK ?? stackFolder(paths);
  const parts = (["temporal", "kafka", "postgres"] as const).filter(
    (part) => part !== "kafka" || env.COUNTERSIGN_EVENT_LOG !== "embedded",
  );
  return fromStack(await stackUp({ dir, parts, env, progress: say }), env);
}
