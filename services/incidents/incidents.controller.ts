import { Controller, Get, Inject, Param, Query, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { eventHash } from "../../incidents/digest.js";
import { Readers } from "../identity/access.js";
import { PORTS, type Ports } from "../ports.js";
import { ApiProblem } from "../problems.js";
import { Acts, Problems } from "../route.js";
import { handle } from "./ask.js";
import * as asks from "./asks.js";
import { findIncident, loadIncident } from "./load.js";
import { eventJson } from "./result.js";
import { summaryOf, viewIncident } from "./view.js";

@ApiTags("incidents")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents")
export class IncidentsController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get()
  @Readers("responder", "approver", "auditor", "admin", "ci")
  @ApiOperation({ summary: "The latest incidents, newest first", operationId: "list-incidents" })
  @ApiQuery({ name: "limit", required: false, schema: { type: "integer", minimum: 1, maximum: 100 } })
  @Problems(400, 401, 403, 503)
  async list(@Param("org") org: string, @Query("limit") limit?: string) {
    const ids = await this.ports.incidents.list(org, limitOf(limit));
    const found = await Promise.all(ids.map((inc) => findIncident(this.ports.incidents, org, inc)));
    return { incidents: found.filter((incident) => incident !== null).map(summaryOf) };
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
  @ApiOperation({ summary: "The acknowledged events, in order, with their hashes", operationId: "list-events" })
  @Problems(401, 403, 404, 503)
  async events(@Param("org") org: string, @Param("inc") inc: string) {
    const { events, records, state } = await loadIncident(this.ports.incidents, org, inc);
    return { events: events.map((event, i) => eventJson(event, eventHash(records[i]!.event))), head: state.head, count: state.seq };
  }
}

/** @throws {ApiProblem} QUERY_INVALID */
export function limitOf(limit: string | undefined): number {
  if (limit === undefined) return 50;
  const n = /^[1-9][0-9]{0,2}$/.test(limit) ? Number(limit) : 0;
  if (n < 1 || n > 100) throw new ApiProblem("QUERY_INVALID", "limit is a whole number from 1 to 100.");
  return n;
}
