import type { JsonObject } from "../incidents/canonical.js";
import { EVENT_TYPES, EVENTS } from "../incidents/events.js";
import { CODES } from "./verify/codes.js";

/** The events' section of SPEC.md, from the one table that append, builder and verifier check against. */
export function eventsTable(): string {
  const rows = EVENT_TYPES.map((typ) => {
    const { clear, sealed, groups } = EVENTS[typ];
    return `| ${typ} | ${shown(clear.schema) || "–"} | ${sealed.map((path) => `\`${path}\``).join(" ") || "–"} | ${groupsOf(groups)} |`;
  });
  return ["| typ | clear | sealed | open together |", "|---|---|---|---|", ...rows].join("\n");
}

const groupsOf = (groups: readonly (readonly string[])[]): string =>
  groups.map((group) => group.map((path) => `\`${path}\``).join(" + ")).join("; ") || "–";

const shown = (schema: JsonObject): string =>
  Object.entries((schema.properties ?? {}) as JsonObject)
    .map(([name, member]) => `\`${name}\`: ${typeOf(member as JsonObject)}`)
    .join("<br>");

const PATTERNS: Readonly<Record<string, string>> = {
  "^(?:[0-9a-f]{64})$": "digest",
  "^(?:[0-9a-f]{32})$": "eid",
  "^(?:inc_[0-9a-z]{26})$": "incident",
  "^(?:per_[0-9a-z]{8,26})$": "person",
  "^(?:tgt_[0-9a-z]{8,26})$": "target",
  "^(?:src_[0-9a-z]{8,26})$": "source",
  "^(?:dlv_[0-9a-z]{26})$": "delivery",
  "^(?:system|per_[0-9a-z]{8,26})$": "person or system",
  "^(?:[a-z0-9][a-z0-9-]{0,39})$": "slug",
  "^(?:[A-Z][A-Z0-9_]{1,59})$": "code",
};

function typeOf(schema: JsonObject): string {
  if (schema.enum) return (schema.enum as readonly unknown[]).join(" \\| ");
  if (schema.anyOf) return (schema.anyOf as readonly JsonObject[]).map(typeOf).join(" or ");
  if (schema.type === "array")
    return `[${typeOf(schema.items as JsonObject)}], ${schema.minItems} to ${schema.maxItems}`;
  if (schema.type === "object") return `{ ${shown(schema).replaceAll("<br>", ", ")} }`;
  if (schema.type === "integer") return `${schema.minimum} to ${schema.maximum}`;
  if (typeof schema.pattern === "string") return PATTERNS[schema.pattern] ?? patternText(schema.pattern);
  return String(schema.type);
}

function patternText(pattern: string): string {
  if (pattern.startsWith("^(?:[0-9]{4}-")) return "time";
  return `\`${pattern.slice(4, -2).replaceAll("|", "\\|")}\``;
}

/** Every code that a report may hold. */
export function codesTable(): string {
  const rows = Object.entries(CODES).map(
    ([code, { stage, check, makes, says }]) => `| \`${code}\` | ${stage} | ${check} | ${makes} | ${says} |`,
  );
  return ["| code | stage | check | makes | meaning |", "|---|---|---|---|---|", ...rows].join("\n");
}
