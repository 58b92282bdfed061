import { Controller, Get, Inject, Param, Req } from "@nestjs/common";
import { ApiBearerAuth, ApiOperation, ApiTags } from "@nestjs/swagger";
import type { FastifyRequest } from "fastify";
import { type Facts, PORTS, type Ports, type Principal } from "../ports.js";
import { Problems } from "../route.js";
import { AnyCredential } from "./access.js";
import { callerOf } from "./caller.js";

/** Who a token speaks for; `groups` of a person only. */
export interface Me extends Principal {
  readonly groups?: readonly string[];
}

@ApiTags("identity")
@ApiBearerAuth()
@Controller("v1/orgs/:org/me")
export class MeController {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  @Get()
  @AnyCredential()
  @ApiOperation({ summary: "Who the token speaks for, with roles and, of a person, groups", operationId: "show-me" })
  @Problems(401, 403, 503)
  async show(@Param("org") _org: string, @Req() request: FastifyRequest): Promise<Me> {
    const { id, kind, name, org, roles } = callerOf(request);
    const me = { id, kind, name, org, roles };
    return kind === "person" ? { ...me, groups: await groupsOf(this.ports.facts, org, id) } : me;
  }
}

const groupsOf = async (facts: Facts, org: string, id: string): Promise<readonly string[]> =>
  (await facts.people(org)).people.find((person) => person.id === id)?.groups ?? [];
