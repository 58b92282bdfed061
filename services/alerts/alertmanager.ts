import { CanonicalError, canonicalize, type Json } from "../../incidents/canonical.js";
import type { Alert } from "../../incidents/correlate.js";
import { ApiProblem } from "../problems.js";

/** One alert of a webhook: read, or why it couldn't be, with its own bytes for whoever looks at it in triage. */
export type ReadAlert =
  | { readonly alert: Alert; readonly raw: string }
  | { readonly unreadable: UnreadableCode; readonly raw: string };
export type UnreadableCode = "ALERT_MALFORMED" | "TIME_INVALID" | "ALERT_TOO_LARGE";

const MAX_ALERTS = 5_000;
const MAX_ANNOTATION_BYTES = 64 * 1024;

/**
 * Alertmanager's webhook, payload version 4 (design: integrations.md). Only `alerts[].status` counts: the top-level one says "firing"
 * of resolved alerts too. Unknown members are let be, since newer Alertmanagers add some.
 *
 * @throws {ApiProblem} BODY_NOT_JSON, BODY_INVALID, where no alert can be told apart
 */
export function readAlertmanager(body: Uint8Array): readonly ReadAlert[] {
  const payload = parse(body);
  if (!isObject(payload) || payload.version !== "4" || !Array.isArray(payload.alerts))
    throw new ApiProblem("BODY_INVALID", "Expected an Alertmanager webhook of version 4.");
  if (payload.alerts.length > MAX_ALERTS)
    throw new ApiProblem("BODY_TOO_LARGE", `At most ${MAX_ALERTS} alerts at once.`);
  return payload.alerts.map(readAlert);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new ApiProblem("BODY_NOT_JSON");
  }
}

type Strings = { readonly [name: string]: string };
const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isStrings = (value: unknown): value is Strings =>
  isObject(value) &&
  Object.values(value).every((text) => typeof text === "string" && text.isWellFormed()) &&
  Object.keys(value).every((key) => key.isWellFormed());

function readAlert(value: unknown): ReadAlert {
  const raw = JSON.stringify(value);
  const {
    status,
    fingerprint,
    labels,
    annotations = {},
    startsAt,
    endsAt,
    generatorURL,
  } = isObject(value) ? value : {};
  if ((status !== "firing" && status !== "resolved") || !isStrings(labels) || !isStrings(annotations))
    return { unreadable: "ALERT_MALFORMED", raw };
  const starts = instantOf(startsAt);
  const ends = status === "resolved" ? instantOf(endsAt) : null;
  if (starts === null || (status === "resolved" && ends === null)) return { unreadable: "TIME_INVALID", raw };
  if (Buffer.byteLength(JSON.stringify(annotations)) > MAX_ANNOTATION_BYTES)
    return { unreadable: "ALERT_TOO_LARGE", raw };
  const url =
    typeof generatorURL === "string" &&
    generatorURL !== "" &&
    generatorURL.length <= 4_096 &&
    generatorURL.isWellFormed()
      ? generatorURL
      : null;
  const known = typeof fingerprint === "string" && /^[0-9A-Za-z_-]{1,128}$/.test(fingerprint) ? fingerprint : "";
  const alert: Alert = { status, fingerprint: known, labels, annotations, startsAt: starts, endsAt: ends, url };
  return hasBytes(alert) ? { alert, raw } : { unreadable: "ALERT_MALFORMED", raw };
}

/** A label named `constructor` is lawful there and has no canonical form here: a person places it, and its neighbours go on. */
function hasBytes(alert: Alert): boolean {
  try {
    return canonicalize(alert as unknown as Json).length > 0;
  } catch (error) {
    if (error instanceof CanonicalError) return false;
    throw error;
  }
}

/** Later years have five digits, and our times four. */
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** To milliseconds, in UTC: the sender's nanoseconds and zone make no second episode. */
function instantOf(value: unknown): string | null {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/.test(value))
    return null;
  const at = Date.parse(value);
  return Number.isNaN(at) || at <= 0 || at > LAST ? null : new Date(at).toISOString();
}
