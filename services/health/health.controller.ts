import { Controller, Get, Inject, Res } from "@nestjs/common";
import { ApiOperation, ApiResponse, ApiTags } from "@nestjs/swagger";
import type { FastifyReply } from "fastify";
import { Public } from "../identity/access.js";
import { PORTS, type Ports } from "../ports.js";
import { healthOf, healthStatus } from "./health.js";

@ApiTags("operation")
@Controller("health")
export class HealthController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get()
  @Public()
  @ApiOperation({ summary: "Each part: up or down, since when, what still works, what waits", operationId: "health" })
  @ApiResponse({ status: 200, description: "Alerts are taken." })
  @ApiResponse({ status: 503, description: "The store is down." })
  async health(@Res({ passthrough: true }) reply: FastifyReply) {
    const health = healthOf(await this.ports.health.probe(), new Date(this.ports.clock.now()).toISOString());
    reply.status(healthStatus(health));
    return health;
  }
}
