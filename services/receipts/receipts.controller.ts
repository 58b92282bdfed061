import { Controller, Get, Inject, Param, Query, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiQuery, ApiTags } from "@nestjs/swagger";
import type { FastifyReply } from "fastify";
import { RECEIPT_MEDIA_TYPE } from "../../receipts/format.js";
import { Readers } from "../identity/access.js";
import { loadIncident } from "../incidents/load.js";
import { PORTS, type Ports } from "../ports.js";
import { ApiProblem } from "../problems.js";
import { Problems } from "../route.js";

@ApiTags("receipts")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc/receipt")
export class ReceiptsController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get()
  @Readers("auditor", "responder", "approver", "admin")
  @ApiOperation({
    summary: "The receipt, interim or final, with no or all sealed values opened",
    operationId: "get-receipt",
  })
  @ApiQuery({ name: "openings", required: false, schema: { enum: ["none", "all"], default: "none" } })
  @ApiProduces(RECEIPT_MEDIA_TYPE)
  @Problems(400, 401, 403, 404, 503)
  async receipt(
    @Param("org") org: string,
    @Param("inc") inc: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query("openings") openings?: string,
  ) {
    const opened = openings ?? "none";
    if (opened !== "none" && opened !== "all") throw new ApiProblem("QUERY_INVALID", "openings is none or all.");
    await loadIncident(this.ports.incidents, org, inc);
    const bytes = await this.ports.receipts.get(org, inc, opened);
    if (bytes === null) throw new ApiProblem("RECEIPT_NOT_READY");
    reply.header("content-type", RECEIPT_MEDIA_TYPE).header("cache-control", "no-store");
    return reply.send(Buffer.from(bytes));
  }
}
