import { Controller, Inject, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { handle } from "../incidents/ask.js";
import { PORTS, type Ports } from "../ports.js";
import { Acts } from "../route.js";
import { castVote } from "./asks.js";

@ApiTags("approvals")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc")
export class ApprovalsController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Acts("votes", castVote, "Approves, rejects, or revokes one's own vote", "approver")
  vote(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, castVote, request, reply);
  }
}
