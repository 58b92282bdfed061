import { Controller, Get, Header, Inject, Param, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Readers } from "../identity/access.js";
import { loadIncident } from "../incidents/load.js";
import { previewGate } from "../incidents/preview.js";
import { PORTS, type Ports } from "../ports.js";
import { Problems } from "../route.js";
import { verdictOf, verdictText } from "./verdict.js";

@ApiTags("approvals")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc/verdict")
export class VerdictController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get()
  @Readers("responder", "approver", "auditor", "admin", "ci")
  @Header("vary", "accept")
  @ApiOperation({
    summary: "What the policy says right now, on fresh facts; records nothing",
    operationId: "preview-verdict",
  })
  @ApiProduces("application/json", "text/plain")
  @Problems(401, 403, 404, 503)
  async verdict(
    @Param("org") org: string,
    @Param("inc") inc: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const loaded = await loadIncident(this.ports.incidents, org, inc);
    const verdict = verdictOf(inc, await previewGate(this.ports, loaded));
    if (!prefersText(request.headers.accept)) return verdict;
    reply.header("content-type", "text/plain; charset=utf-8");
    return verdictText(verdict);
  }
}

const prefersText = (accept: string | undefined): boolean => {
  const asked = (accept ?? "").split(",").map((part) => part.split(";")[0]!.trim());
  return asked.includes("text/plain") && !asked.includes("application/json");
};
