import { Controller, Get, Inject, Param, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiOperation, ApiTags } from "@nestjs/swagger";
import type { FastifyReply } from "fastify";
import { conforms } from "../../incidents/shape.js";
import { isEnded } from "../../incidents/state.js";
import { commandId } from "../../incidents/vocabulary.js";
import { Readers } from "../identity/access.js";
import { PORTS, type Ports, type StoredCommand } from "../ports.js";
import { ApiProblem } from "../problems.js";
import { Problems } from "../route.js";
import { sendAnswer } from "./ask.js";
import { findIncident } from "./load.js";
import { type Answer, resultOf, stored } from "./result.js";

@ApiTags("incidents")
@ApiBearerAuth()
@Controller("v1/orgs/:org/commands")
export class CommandsController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get(":command")
  @Readers("responder", "approver", "auditor", "admin")
  @ApiOperation({ summary: "How a command ended: 200, 409, or 202 while it waits", operationId: "show-command" })
  @Problems(401, 403, 404, 409, 503)
  async show(@Param("org") org: string, @Param("command") id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const command = conforms(commandId, id) ? await this.ports.commands.find(org, id) : null;
    if (command === null) throw new ApiProblem("COMMAND_UNKNOWN");
    const result = (await resultOf(this.ports.incidents, command)) ?? (await pending(this.ports, command));
    return sendAnswer(this.ports, org, result, reply);
  }
}

/** An ended incident answers nothing any more: what isn't on its record by then never will be. */
async function pending({ incidents }: Ports, { org, inc, commandId }: StoredCommand): Promise<Answer> {
  const loaded = await findIncident(incidents, org, inc);
  if (loaded !== null && isEnded(loaded.state)) throw new ApiProblem("INCIDENT_CLOSED");
  return stored({ org, inc, commandId });
}
