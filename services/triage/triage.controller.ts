import { Controller, Get, Inject, Param, Query } from "@nestjs/common";
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from "@nestjs/swagger";
import { Readers } from "../identity/access.js";
import { namesIn } from "../incidents/names.js";
import { PORTS, type Ports } from "../ports.js";
import { wholeNumberOf } from "../query.js";
import { Problems } from "../route.js";

@ApiTags("triage")
@ApiBearerAuth()
@Controller("v1/orgs/:org/triage")
export class TriageController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get()
  @Readers("responder", "auditor", "admin")
  @ApiOperation({ summary: "Alerts that a person must place, oldest first", operationId: "list-triage" })
  @ApiQuery({ name: "limit", required: false, schema: { type: "integer", minimum: 1, maximum: 100 } })
  @Problems(400, 401, 403, 503)
  async list(@Param("org") org: string, @Query("limit") limit?: string) {
    const items = await this.ports.inbox.triage(
      org,
      wholeNumberOf("limit", limit, { min: 1, max: 100, otherwise: 50 }),
    );
    return { items, ...(await namesIn(this.ports.catalogue, org, items)) };
  }
}
