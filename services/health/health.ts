import type { PartHealth } from "../ports.js";

/** What a part's failure leaves working, what waits for it, and what to do: said by API, CLI and page alike. */
const CONSEQUENCES: {
  readonly [P in PartHealth["part"]]: { readonly works: string; readonly waits: string; readonly remedy: string };
} = {
  temporal: {
    works: "Alerts are stored; incidents, verdicts and receipts can be read.",
    waits: "Commands and new incidents; nothing runs unrecorded.",
    remedy: "Check the Temporal address and `countersign stack status`.",
  },
  worker: {
    works: "Alerts and commands are stored durably; everything can be read.",
    waits: "Every command's result, and every step of a plan.",
    remedy: "Start `countersign worker`.",
  },
  "event-log": {
    works: "Alerts are stored; what was recorded can be read.",
    waits: "Every event, and so every command and step: nothing happens that isn't recorded.",
    remedy: "Check the event log's brokers and `countersign stack status`.",
  },
  store: {
    works: "Nothing that this API does.",
    waits: "Alerts: their senders are asked to send again.",
    remedy: "Check the database.",
  },
  builder: { works: "Incidents go on.", waits: "Receipts.", remedy: "Start `countersign builder`." },
  dispatcher: {
    works: "Alerts are stored; incidents go on.",
    waits: "Alerts that open or change incidents.",
    remedy: "Restart the API.",
  },
};

export interface Health {
  readonly status: "up" | "degraded" | "down";
  readonly at: string;
  readonly parts: readonly (PartHealth & {
    readonly works?: string;
    readonly waits?: string;
    readonly remedy?: string;
  })[];
}

export function healthOf(parts: readonly PartHealth[], at: string): Health {
  const down = parts.filter(({ state }) => state === "down");
  const status = down.length === 0 ? "up" : down.some(({ part }) => part === "store") ? "down" : "degraded";
  return {
    status,
    at,
    parts: parts.map((part) => (part.state === "up" ? part : { ...part, ...CONSEQUENCES[part.part] })),
  };
}

/** Only a lost store makes this process useless: with anything else down it still takes alerts. */
export const healthStatus = ({ status }: Health): 200 | 503 => (status === "down" ? 503 : 200);
