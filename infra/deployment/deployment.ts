import type { DataConverter } from "@temporalio/common";
import type { FactSources, Policies } from "../../activities/ports.js";
import { dataConverterOf } from "../codec/data-converter.js";
import type { Config } from "../config/config.js";
import { configFacts } from "../config/facts.js";
import { openInstallation } from "../config/installation.js";
import type { Paths } from "../config/paths.js";
import { openPolicies } from "../config/policies.js";
import type { KeyStore } from "../keys/store.js";
import { migrate } from "../sql/migrate.js";
import { migrations } from "../sql/migrations/index.js";
import { openPglite } from "../sql/pglite.js";
import { openPostgres } from "../sql/postgres.js";
import { requireShared, type Sql } from "../sql/sql.js";
import { openVault, type Vault } from "../vault/vault.js";
import { type EventLog, openEventLog } from "./event-log.js";
import type { Whereabouts } from "./locate.js";

/** What every process of one deployment shares: configuration, keys, store, event log. */
export interface Deployment {
  readonly paths: Paths;
  readonly config: Config;
  readonly keys: KeyStore;
  readonly where: Whereabouts;
  readonly sql: Sql;
  readonly log: EventLog;
  readonly vault: Vault;
  readonly facts: FactSources;
  readonly policies: Policies;
  readonly dataConverter: DataConverter;
  readonly say: (line: string) => void;
  close(): Promise<void>;
}

export interface DeploymentOptions {
  readonly paths: Paths;
  readonly where: Whereabouts;
  /** The process that opens it: `up`, or one of those that need a store that others can open too. */
  readonly program: "up" | "api" | "worker" | "builder";
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

export async function openDeployment({ paths, where, program, env, say }: DeploymentOptions): Promise<Deployment> {
  const { config, keys, policy } = openInstallation(paths);
  const sql =
    "url" in where.store
      ? openPostgres({ url: where.store.url, warn: say })
      : await openPglite({ directory: where.store.directory });
  try {
    if (program !== "up") requireShared(sql, `countersign ${program}`);
    await migrate(sql, migrations);
    const log = await openEventLog(where.kafka, sql, env, say);
    const close = () => log.close().finally(() => sql.close());
    const policies = await openPolicies(sql, keys.org, policy);
    return {
      paths,
      config,
      keys,
      where,
      sql,
      log,
      policies,
      vault: openVault(sql, keys),
      facts: configFacts(config),
      dataConverter: dataConverterOf(keys),
      say,
      close,
    };
  } catch (error) {
    await sql.close();
    throw error;
  }
}
