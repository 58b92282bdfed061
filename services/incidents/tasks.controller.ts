import { Controller, Inject, Req, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { PORTS, type Ports } from "../ports.js";
import { Acts } from "../route.js";
import { handle } from "./ask.js";
import * as asks from "./asks.js";

@ApiTags("tasks")
@ApiBearerAuth()
@Controller("v1/orgs/:org/incidents/:inc")
export class TasksController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Acts("tasks", asks.addTask, "Adds a task", "responder")
  add(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.addTask, request, reply);
  }

  @Acts("tasks/:eid/assign", asks.assignTask, "Gives a task to somebody", "responder")
  assign(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.assignTask, request, reply);
  }

  @Acts("tasks/:eid/complete", asks.completeTask, "Completes a task", "responder")
  complete(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.completeTask, request, reply);
  }

  @Acts("tasks/:eid/drop", asks.dropTask, "Drops a task, with a reason", "responder")
  drop(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return handle(this.ports, asks.dropTask, request, reply);
  }
}
