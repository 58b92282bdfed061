import type { SourceRules } from "../../incidents/correlate.js";
import type { Catalogue, Sources } from "../../services/ports.js";
import type { Config, Source } from "./config.js";

/** How the alerts of each configured source are read. */
export function configSources({ organisation, sources }: Config): Sources {
  const rules = new Map(sources.map((source) => [source.id, rulesOf(source)]));
  return { rules: async (org, source) => (org === organisation.id ? (rules.get(source) ?? null) : null) };
}

const rulesOf = ({ id, correlation, class: kind, severity, services, drill }: Source): SourceRules => ({
  id,
  correlateBy: correlation,
  class: kind,
  severityLabel: severity.label,
  severities: Object.fromEntries(
    Object.entries(severity.map).map(([raw, level]) => [raw, { severity: level, urgency: urgencyOf(level) }]),
  ),
  serviceLabels: services,
  drill,
});

/** The two highest severities wake somebody. */
const urgencyOf = (severity: number): "high" | "low" => (severity <= 2 ? "high" : "low");

/** The words by which people name people and targets. */
export function configCatalogue({ organisation, people, targets, sources }: Config): Catalogue {
  const ours = (org: string): boolean => org === organisation.id;
  const targetsBy = new Map(
    targets.flatMap(({ id, name }) => [[name, { id, name }] as const, [id, { id, name }] as const]),
  );
  const peopleBy = new Map(
    people.flatMap(({ id, name, accounts }) => [...accounts, id].map((word) => [word, { id, name }] as const)),
  );
  const sourcesBy = new Map(sources.map(({ id, name }) => [id, { id, name }] as const));
  return {
    target: async (org, word) => (ours(org) ? (targetsBy.get(word) ?? null) : null),
    person: async (org, word) => (ours(org) ? (peopleBy.get(word) ?? null) : null),
    source: async (org, id) => (ours(org) ? (sourcesBy.get(id) ?? null) : null),
  };
}
