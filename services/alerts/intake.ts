import { utf8 } from "../../incidents/bytes.js";
import { canonicalize, canonicalText, type Json } from "../../incidents/canonical.js";
import { correlate, type SourceRules } from "../../incidents/correlate.js";
import { mintId } from "../ids.js";
import type { Ports, Principal } from "../ports.js";
import { ApiProblem } from "../problems.js";
import { type ReadAlert, readAlertmanager } from "./alertmanager.js";
import type { Delivered, NewDelivery } from "./ports.js";

type IntakePorts = Pick<Ports, "inbox" | "intakeKeys" | "sources" | "clock">;

/**
 * Stores each alert of a webhook, and nothing else: when it returns, no alert is lost, and the dispatcher does the rest. What can't
 * be placed goes to triage, where a person places it.
 *
 * @throws {ApiProblem} BODY_NOT_JSON, BODY_INVALID, ROLE_MISSING @throws {StoreUnavailable}
 */
export async function takeAlerts(
  ports: IntakePorts,
  source: Principal,
  body: Uint8Array,
): Promise<readonly Delivered[]> {
  const alerts = readAlertmanager(body);
  const rules = await ports.sources.rules(source.org, source.id);
  if (rules === null) throw new ApiProblem("ROLE_MISSING", "The source isn't configured.");
  const receivedAt = new Date(ports.clock.now()).toISOString();
  const deliveries = alerts.map((alert) => deliveryOf(ports, source, rules, alert, receivedAt));
  return deliveries.length === 0 ? [] : ports.inbox.put(deliveries);
}

function deliveryOf(
  { intakeKeys }: IntakePorts,
  { org, id }: Principal,
  rules: SourceRules,
  read: ReadAlert,
  receivedAt: string,
): NewDelivery {
  const delivery = mintId("dlv_");
  const placed = placeOf(read, rules);
  const { status, startsAt } = "alert" in read ? read.alert : { status: "firing" as const, startsAt: UNKNOWN_START };
  return {
    org,
    delivery,
    source: id,
    identity: intakeKeys.mac(org, "alert", identityOf(id, read)),
    startsAt,
    status,
    key: "key" in placed ? intakeKeys.mac(org, "correlation", placed.key) : null,
    triage: "triage" in placed ? placed.triage : null,
    receivedAt,
    sealed: intakeKeys.sealBody(
      org,
      delivery,
      "alert" in read ? canonicalize(read.alert as unknown as Json) : utf8(read.raw),
    ),
  };
}

const UNKNOWN_START = "1970-01-01T00:00:00.000Z";

const placeOf = (read: ReadAlert, rules: SourceRules): { readonly key: string } | { readonly triage: string } =>
  "alert" in read ? correlate(read.alert, rules) : { triage: read.unreadable };

/** The fingerprint where there is one; never the webhook's body, in which twins of one Alertmanager differ. */
function identityOf(source: string, read: ReadAlert): string {
  if (!("alert" in read)) return canonicalText([source, "unreadable", read.raw.toWellFormed()]);
  const { fingerprint, labels } = read.alert;
  return fingerprint === ""
    ? canonicalText([source, "labels", Object.entries(labels).sort().flat()])
    : canonicalText([source, "fingerprint", fingerprint]);
}
