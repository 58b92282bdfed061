import { Controller, Inject, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { PORTS, type Ports } from "../ports.js";
import { Acts } from "../route.js";
import { handle } from "./ask.js";
import * as asks from "./asks.js";

@ApiTags("ending")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc")
export class EndingController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Acts("resolve", asks.resolve, "Resolves the incident", "responder")
  resolve(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.resolve, request, reply);
  }

  @Acts("reopen", asks.reopen, "Reopens a resolved incident", "responder")
  reopen(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.reopen, request, reply);
  }

  @Acts("close", asks.close, "Closes a resolved incident; its receipt becomes final", "responder")
  close(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.close, request, reply);
  }

  @Acts("cancel", asks.cancel, "Cancels an incident that wasn't one", "responder")
  cancel(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.cancel, request, reply);
  }
}
