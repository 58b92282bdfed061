import { Controller, Inject, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { PORTS, type Ports } from "../ports.js";
import { Acts } from "../route.js";
import { handle } from "./ask.js";
import * as asks from "./asks.js";

@ApiTags("execution")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc")
export class ExecutionController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Acts("start", asks.start, "Starts the execution; only its executor may", "responder")
  start(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.start, request, reply);
  }

  @Acts("stop", asks.stop, "Stops after the step in flight; any responder may", "responder")
  stop(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.stop, request, reply);
  }

  @Acts("rollback", asks.rollback, "Begins the plan's rollback", "responder")
  rollback(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.rollback, request, reply);
  }

  @Acts("validation", asks.validate, "Records whether the plan worked", "responder")
  validation(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.validate, request, reply);
  }
}
