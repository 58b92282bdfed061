import { Controller, Inject, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { PORTS, type Ports } from "../ports.js";
import { Acts } from "../route.js";
import { handle } from "./ask.js";
import { confirmStep, proposePlan, withdrawPlan } from "./plan.js";

@ApiTags("plan")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc")
export class PlanController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Acts("plan", proposePlan, "Proposes a plan; the gate judges it at once", "responder")
  propose(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, proposePlan, request, reply);
  }

  @Acts("plan/withdraw", withdrawPlan, "Withdraws the current plan", "responder")
  withdraw(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, withdrawPlan, request, reply);
  }

  @Acts("confirmations", confirmStep, "Says how a step done by hand, or one of unknown outcome, ended", "responder")
  confirm(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, confirmStep, request, reply);
  }
}
