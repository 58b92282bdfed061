import { Controller, HttpCode, Inject, Post, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiBody, ApiOperation, ApiResponse, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { bytesOf } from "../body.js";
import { ForSources } from "../identity/access.js";
import { callerOf } from "../identity/caller.js";
import { METRICS, type Metrics } from "../metrics/metrics.js";
import { PORTS, type Ports } from "../ports.js";
import { ApiProblem } from "../problems.js";
import { Problems } from "../route.js";
import { takeAlerts } from "./intake.js";
import type { Delivered } from "./ports.js";

/** Webhooks that are stored at once. */
const MAX_RUNNING = 64;

@ApiTags("alerts")
@ApiBearerAuth()
@Controller("v1/alerts")
export class AlertsController {
  #running = 0;

  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Post("alertmanager")
  @HttpCode(202)
  @ForSources()
  @ApiOperation({ summary: "Alertmanager's webhook, payload version 4", operationId: "alertmanager" })
  @ApiBody({
    schema: {
      type: "object",
      required: ["version", "alerts"],
      properties: { version: { const: "4" } as never, alerts: { type: "array", items: { type: "object" } } },
    },
  })
  @ApiResponse({ status: 202, description: "Every alert is stored." })
  @ApiResponse({ status: 200, description: "Every alert was here before." })
  @Problems(400, 401, 403, 413, 503)
  async alertmanager(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const deliveries = await this.#unlessFull(() => takeAlerts(this.ports, callerOf(request), bytesOf(request)));
    this.#count(deliveries);
    reply.status(deliveries.every(({ repeated }) => repeated) ? 200 : 202);
    return {
      deliveries: deliveries.map(({ delivery, incident, triage }) => ({
        delivery,
        incident,
        ...(triage ? { triage } : {}),
      })),
    };
  }

  /** Alertmanager sends a 503 again and never a 429, so that a full house loses nothing. */
  async #unlessFull<T>(take: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_RUNNING) throw new ApiProblem("OVERLOADED");
    this.#running++;
    return take().finally(() => this.#running--);
  }

  #count(deliveries: readonly Delivered[]): void {
    const fresh = deliveries.filter(({ repeated }) => !repeated);
    this.metrics.alerts("repeated", deliveries.length - fresh.length);
    this.metrics.alerts("triage", fresh.filter(({ triage }) => triage !== null).length);
    this.metrics.alerts("stored", fresh.filter(({ triage }) => triage === null).length);
  }
}
