import { Controller, Inject, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { PORTS, type Ports } from "../ports.js";
import { Acts } from "../route.js";
import { handle } from "./ask.js";
import * as asks from "./asks.js";

@ApiTags("responders")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc")
export class RespondersController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Acts("owner", asks.assignOwner, "Assigns the owner, by default the caller", "responder")
  owner(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.assignOwner, request, reply);
  }

  @Acts("acknowledge", asks.acknowledge, "Acknowledges the incident", "responder")
  acknowledge(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.acknowledge, request, reply);
  }

  @Acts("join", asks.join, "Joins as a responder", "responder")
  join(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.join, request, reply);
  }

  @Acts("leave", asks.leave, "Leaves the incident", "responder")
  leave(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.leave, request, reply);
  }

  @Acts("classification", asks.changeClassification, "Changes class or severity, with a reason", "responder")
  classification(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.changeClassification, request, reply);
  }

  @Acts("notes", asks.addNote, "Adds a note", "responder", "approver")
  note(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.addNote, request, reply);
  }
}
