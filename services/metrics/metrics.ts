import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Ports } from "../ports.js";

/** The API's own numbers; a registry per application, so that two in one process don't mix. */
export interface Metrics {
  readonly registry: Registry;
  /** One answer: the route's pattern, never the path, which holds ids. */
  answered(method: string, route: string, status: number, seconds: number): void;
  alerts(fate: "stored" | "repeated" | "triage", count: number): void;
  dispatched(outcome: "sent" | "planned" | "postponed" | "ended"): void;
}

export const METRICS = Symbol("services/metrics");

export function createMetrics({ inbox }: Pick<Ports, "inbox">, org: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const seconds = new Histogram({
    name: "countersign_http_request_duration_seconds",
    help: "Time to answer.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const alerts = new Counter({
    name: "countersign_alerts_total",
    help: "Alerts taken, by fate.",
    labelNames: ["fate"],
    registers,
  });
  const dispatches = new Counter({
    name: "countersign_dispatches_total",
    help: "Turns of the dispatcher, by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  new Gauge({
    name: "countersign_alerts_waiting",
    help: "Alerts stored and not yet dispatched.",
    registers,
    async collect() {
      this.set(await inbox.waiting(org));
    },
  });
  return {
    registry,
    answered: (method, route, status, took) => seconds.observe({ method, route, status }, took),
    alerts: (fate, count) => alerts.inc({ fate }, count),
    dispatched: (outcome) => dispatches.inc({ outcome }),
  };
}
