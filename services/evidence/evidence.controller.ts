import { Controller, Inject, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { handle } from "../incidents/ask.js";
import { PORTS, type Ports } from "../ports.js";
import { Acts } from "../route.js";
import { attachEvidence, verifyEvidence } from "./asks.js";

@ApiTags("evidence")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc")
export class EvidenceController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Acts("evidence", attachEvidence, "Attaches evidence by reference and digest", "responder")
  attach(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, attachEvidence, request, reply);
  }

  @Acts(
    "evidence/:eid/verification",
    verifyEvidence,
    "Confirms somebody else's evidence after a review",
    "responder",
    "approver",
  )
  verify(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, verifyEvidence, request, reply);
  }
}
