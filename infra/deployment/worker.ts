import { connectorsByName } from "../../activities/connectors/registry.js";
import type { ActivityPorts } from "../../activities/index.js";
import { unb64u } from "../../incidents/bytes.js";
import { gatewayKeys, publicKeysOf, recorderKeys } from "../keys/signers.js";
import { sqlAttachments } from "../store/attachments.js";
import { sqlClaims } from "../store/claims.js";
import { sqlEffects } from "../store/effects.js";
import { sqlLocks } from "../store/locks.js";
import { type RunningWorkers, startWorkers } from "../temporal/worker.js";
import { configuredConnectors, evidenceReaderOf, probeOf } from "./connectors.js";
import type { Deployment } from "./deployment.js";
import { requireTemporal } from "./locate.js";

/** Polls the three task queues until it is stopped. */
export const startWorker = (deployment: Deployment): Promise<RunningWorkers> =>
  startWorkers({
    ...requireTemporal(deployment.where),
    dataConverter: deployment.dataConverter,
    ports: activityPorts(deployment),
    log: deployment.say,
  });

function activityPorts(deployment: Deployment): ActivityPorts {
  const { sql, log, keys, vault, facts, policies } = deployment;
  const recorders = new Map(publicKeysOf(keys, "recorder").map(({ keyid, publicKey }) => [keyid, unb64u(publicKey)]));
  return {
    log,
    claims: sqlClaims(sql),
    recorders: recorderKeys(keys),
    gateways: gatewayKeys(keys),
    sealed: vault,
    attachments: sqlAttachments(sql),
    effects: sqlEffects(sql),
    locks: sqlLocks(sql),
    facts,
    policies,
    connectors: connectorsByName(configuredConnectors(deployment)),
    probe: probeOf(deployment.config),
    evidence: evidenceReaderOf(deployment.config),
    recorderPublicKey: async (org, kid) => (org === keys.org ? (recorders.get(kid) ?? null) : null),
    now: () => new Date().toISOString(),
  };
}
