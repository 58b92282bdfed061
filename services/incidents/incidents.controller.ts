import { Controller, Get, Inject, Param, Query, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { eventHash } from "../../incidents/digest.js";
import { Readers } from "../identity/access.js";
import { callerOf } from "../identity/caller.js";
import { PORTS, type Ports } from "../ports.js";
import { wholeNumberOf } from "../query.js";
import { Acts, Problems } from "../route.js";
import { handle } from "./ask.js";
import * as asks from "./asks.js";
import { listIncidents } from "./list.js";
import { loadIncident } from "./load.js";
import { namesIn } from "./names.js";
import { eventJson } from "./result.js";
import { viewIncident } from "./view.js";

@ApiTags("incidents")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents")
export class IncidentsController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get()
  @Readers("responder", "approver", "auditor", "admin", "ci")
  @ApiOperation({
    summary: "The latest incidents, newest first, each with its next required action",
    operationId: "list-incidents",
  })
  @ApiQuery({ name: "limit", required: false, schema: { type: "integer", minimum: 1, maximum: 500, default: 50 } })
  @Problems(400, 401, 403, 503)
  list(@Req() request: FastifyRequest, @Query("limit") limit?: string) {
    return listIncidents(
      this.ports,
      callerOf(request),
      wholeNumberOf("limit", limit, { min: 1, max: 500, otherwise: 50 }),
    );
  }

  @Acts("", asks.openIncident, "Opens an incident by hand", "responder")
  open(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.openIncident, request, reply);
  }

  @Get(":inc")
  @Readers("responder", "approver", "auditor", "admin")
  @ApiOperation({ summary: "The incident as one object, with the next required action", operationId: "show-incident" })
  @Problems(401, 403, 404, 503)
  async show(@Param("org") org: string, @Param("inc") inc: string) {
    return viewIncident(this.ports.vault, this.ports.catalogue, await loadIncident(this.ports.incidents, org, inc));
  }

  @Get(":inc/events")
  @Readers("responder", "approver", "auditor", "admin")
  @ApiOperation({
    summary: "The acknowledged events, in order, with their hashes; and the phase that they lead to",
    operationId: "list-events",
  })
  @ApiQuery({
    name: "from",
    required: false,
    description: "The seq of the first event wanted.",
    schema: { type: "integer", minimum: 0, default: 0 },
  })
  @Problems(400, 401, 403, 404, 503)
  async events(@Param("org") org: string, @Param("inc") inc: string, @Query("from") from?: string) {
    const first = wholeNumberOf("from", from, { min: 0, max: 1_000_000, otherwise: 0 });
    const { events, records, state } = await loadIncident(this.ports.incidents, org, inc);
    const shown = events.slice(first).map((event) => eventJson(event, eventHash(records[event.seq]!.event)));
    return {
      events: shown,
      head: state.head,
      count: state.seq,
      phase: state.phase,
      ...(await namesIn(this.ports.catalogue, org, shown)),
    };
  }
}
