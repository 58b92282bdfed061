import { startDispatcher } from "../../services/alerts/dispatcher.js";
import { createApi } from "../../services/app.js";
import { startResender } from "../../services/incidents/resender.js";
import type { Log } from "../../services/log.js";
import { createMetrics } from "../../services/metrics/metrics.js";
import type { Ports } from "../../services/ports.js";
import { configCatalogue, configSources } from "../config/catalogue.js";
import { configIdentity } from "../config/tokens.js";
import { gatewaySigner, recorderKeys } from "../keys/signers.js";
import { sqlAudit } from "../store/audit.js";
import { sqlCommands } from "../store/commands.js";
import { sqlInbox } from "../store/inbox.js";
import { sqlIncidents } from "../store/incidents.js";
import { sqlLocks } from "../store/locks.js";
import { type TemporalClient, temporalClient, temporalWorkflows } from "../temporal/client.js";
import { intakeKeys } from "../vault/intake-keys.js";
import { openVault } from "../vault/vault.js";
import type { Deployment } from "./deployment.js";
import { healthProbes } from "./health.js";
import { requireTemporal } from "./locate.js";
import { receiptsOf } from "./receipts.js";

export interface RunningApi {
  readonly url: string;
  /** No new requests, those that run finish, the dispatcher's turn ends. */
  close(): Promise<void>;
}

/** The API with its dispatcher, listening. It starts though Temporal is down: alerts are stored then, and wait. */
export async function startApi(
  deployment: Deployment,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<RunningApi> {
  const { config, where, dataConverter, say } = deployment;
  const org = config.organisation.id;
  const temporal = temporalClient({ ...requireTemporal(where), dataConverter });
  const ports = apiPorts(deployment, temporal);
  const log: Log = (line) => say(JSON.stringify(line));
  const metrics = createMetrics(ports, org);
  const app = await createApi(ports, { org, log, metrics });
  await app.listen(port, host);
  const dispatcher = startDispatcher(ports, org, log, metrics);
  const resender = startResender(ports, org, log);
  const url = await app.getUrl();
  say(`API: listening on ${url}`);
  const close = async (): Promise<void> => {
    await app.close();
    await Promise.all([dispatcher.stop(), resender.stop()]);
    await temporal.close();
  };
  return { url, close };
}

function apiPorts(deployment: Deployment, temporal: TemporalClient): Ports {
  const { config, sql, keys, vault, facts, policies } = deployment;
  const inbox = sqlInbox(sql, (tx) => openVault(tx, keys));
  return {
    identity: configIdentity(config),
    vault,
    gateway: gatewaySigner(keys),
    commands: sqlCommands(sql),
    incidents: sqlIncidents(sql),
    workflows: temporalWorkflows(temporal, recorderKeys(keys)),
    inbox,
    intakeKeys: intakeKeys(keys),
    sources: configSources(config),
    receipts: receiptsOf(deployment),
    catalogue: configCatalogue(config),
    policies,
    facts,
    locks: sqlLocks(sql),
    audit: sqlAudit(sql),
    health: healthProbes(deployment, temporal, () => inbox.waiting(config.organisation.id)),
    clock: { now: () => Date.now() },
  };
}
