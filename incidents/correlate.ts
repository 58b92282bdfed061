import { utf8 } from "./bytes.js";
import { byCodeUnit, canonicalText, type JsonObject } from "./canonical.js";

/** How one source's alerts are read: typed, never guessed. */
export interface SourceRules {
  readonly id: string;
  /** The labels that make two alerts one incident. */
  readonly correlateBy: readonly string[];
  readonly class: string;
  readonly severityLabel: string;
  /** By the label's raw value; a value that isn't listed is unmapped and goes to triage. */
  readonly severities: {
    readonly [raw: string]: { readonly severity: 1 | 2 | 3 | 4 | 5; readonly urgency: "high" | "low" };
  };
  /** Labels whose values name services. */
  readonly serviceLabels: readonly string[];
  readonly drill: boolean;
}

export const DEFAULT_CORRELATION = ["alertname", "service", "env"] as const;
export const MAX_LABELS = 64;
export const MAX_LABEL_BYTES = 1024;

/** An alert in the incident's own terms, whichever source it came from. */
export interface Alert {
  readonly status: "firing" | "resolved";
  readonly fingerprint: string;
  readonly labels: { readonly [name: string]: string };
  readonly annotations: { readonly [name: string]: string };
  readonly startsAt: string;
  /** Null while it fires. */
  readonly endsAt: string | null;
  readonly url: string | null;
}

export type TriageCode =
  | "FINGERPRINT_MISSING"
  | "TOO_MANY_LABELS"
  | "LABEL_TOO_LONG"
  | "LABEL_MISSING"
  | "SEVERITY_UNMAPPED";

export type Correlation =
  | {
      /** Canonical text; kept as an HMAC only. */
      readonly key: string;
      readonly class: string;
      readonly severity: 1 | 2 | 3 | 4 | 5;
      readonly urgency: "high" | "low";
      readonly services: readonly string[];
      readonly drill: boolean;
    }
  | { readonly triage: TriageCode };

/** Where an alert belongs, or why a person must say so. Never a guess. */
export function correlate(alert: Alert, rules: SourceRules): Correlation {
  const labels = Object.entries(alert.labels);
  if (alert.fingerprint === "") return { triage: "FINGERPRINT_MISSING" };
  if (labels.length > MAX_LABELS) return { triage: "TOO_MANY_LABELS" };
  if (labels.some(([name, value]) => tooLong(name) || tooLong(value))) return { triage: "LABEL_TOO_LONG" };
  if (rules.correlateBy.some((name) => !label(alert, name))) return { triage: "LABEL_MISSING" };
  const raw = label(alert, rules.severityLabel);
  if (raw === undefined || !Object.hasOwn(rules.severities, raw)) return { triage: "SEVERITY_UNMAPPED" };
  const { severity, urgency } = rules.severities[raw]!;
  return {
    key: keyOf(alert, rules),
    class: rules.class,
    severity,
    urgency,
    services: servicesOf(alert, rules),
    drill: rules.drill,
  };
}

const tooLong = (text: string): boolean =>
  text.length > MAX_LABEL_BYTES || utf8(text.toWellFormed()).length > MAX_LABEL_BYTES;

const label = ({ labels }: Alert, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;

const keyOf = (alert: Alert, { correlateBy }: SourceRules): string => {
  const chosen = correlateBy.map((name): [string, string] => [name, label(alert, name)!.toWellFormed()]);
  return canonicalText(Object.fromEntries(chosen) as JsonObject);
};

const servicesOf = (alert: Alert, { serviceLabels }: SourceRules): readonly string[] =>
  [
    ...new Set(serviceLabels.map((name) => label(alert, name)).filter((value) => value !== undefined && value !== "")),
  ].sort((a, b) => byCodeUnit(a!, b!)) as string[];

/** One firing of one alert, from its start to its resolve. */
export interface Episode {
  /** Counts from 1 within its correlation key. */
  readonly number: number;
  readonly startsAt: string;
  readonly firing: boolean;
  readonly inc: string;
}

export interface KeyState {
  readonly open: {
    readonly inc: string /** Distinct alerts that it has taken. */;
    readonly alerts: number;
    readonly lastSignalAt: string;
  } | null;
  /** The latest incident of the key that has ended. */
  readonly lastEnded: string | null;
  /** The number of the next episode. */
  readonly nextEpisode: number;
}

export const MAX_ALERTS = 200;
const SIGNAL_EVERY_MS = 1_000;
const SUPPRESS_AFTER_MS = 60_000;

/** What is done about the oldest alert that waits for a key. */
export type Turn =
  | {
      readonly kind: "fire";
      readonly episode: number;
      readonly inc: string | null;
      readonly linkedTo: string | null;
      readonly isNew: boolean;
    }
  | { readonly kind: "resolve"; readonly episode: number; readonly inc: string }
  /** It changes nothing: a repeat of a firing that is over, or the end of one that nobody was told of. */
  | { readonly kind: "drop" }
  /** Everything that waits becomes one AlertsSuppressed. */
  | { readonly kind: "suppress"; readonly inc: string }
  | { readonly kind: "wait"; readonly until: string };

/**
 * An incident takes 200 distinct alerts and one alert signal a second. What can't be taken within a minute becomes one
 * AlertsSuppressed, so that a storm costs an incident no more than one event a second.
 */
export function turnOf(
  alert: Pick<Alert, "status" | "startsAt"> & { readonly receivedAt: string },
  episode: Episode | null,
  state: KeyState,
  now: string,
): Turn {
  const wanted = alert.status === "firing" ? firing(alert, episode, state) : resolving(alert, episode, state);
  if (wanted.kind === "drop" || state.open === null) return wanted;
  const full = wanted.kind === "fire" && wanted.isNew && state.open.alerts >= MAX_ALERTS;
  const free = later(state.open.lastSignalAt, SIGNAL_EVERY_MS);
  if (!full && free <= now) return wanted;
  const patience = later(alert.receivedAt, SUPPRESS_AFTER_MS);
  if (patience > now) return { kind: "wait", until: full || patience < free ? patience : free };
  return free <= now ? { kind: "suppress", inc: state.open.inc } : { kind: "wait", until: free };
}

function firing(
  alert: Pick<Alert, "startsAt">,
  episode: Episode | null,
  { open, lastEnded, nextEpisode }: KeyState,
): Turn {
  if (episode !== null && alert.startsAt <= episode.startsAt) return { kind: "drop" };
  const isNew = episode === null || episode.inc !== open?.inc;
  return {
    kind: "fire",
    episode: nextEpisode,
    inc: open?.inc ?? null,
    linkedTo: open === null ? lastEnded : null,
    isNew,
  };
}

function resolving(alert: Pick<Alert, "startsAt">, episode: Episode | null, { open }: KeyState): Turn {
  const known = episode !== null && episode.firing && episode.startsAt === alert.startsAt && episode.inc === open?.inc;
  return known ? { kind: "resolve", episode: episode.number, inc: episode.inc } : { kind: "drop" };
}

const later = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();
