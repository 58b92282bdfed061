import { Controller, Get, Header, Inject } from "@nestjs/common";
import { ApiOperation, ApiProduces, ApiTags } from "@nestjs/swagger";
import { Public } from "../identity/access.js";
import { METRICS, type Metrics } from "./metrics.js";

@ApiTags("operation")
@Controller("metrics")
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  @Get()
  @Public()
  @Header("content-type", "text/plain; version=0.0.4; charset=utf-8")
  @ApiOperation({ summary: "Prometheus metrics: counts and times, no names", operationId: "metrics" })
  @ApiProduces("text/plain")
  scrape(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
