import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import type { FastifyRequest } from "fastify";
import type { Principal, Role } from "../ports.js";
import { ApiProblem } from "../problems.js";
import { callerOf } from "./caller.js";

/** Who may use a route: people or machines with one of the roles, sources, whoever has a credential of the organisation, or anybody. */
export type Access =
  | { readonly kind: "public" }
  | { readonly kind: "credential" }
  | { readonly kind: "source" }
  | { readonly kind: "member"; readonly people: boolean; readonly roles: readonly Role[] };

const ACCESS = "countersign/access";
export const Public = () => SetMetadata<string, Access>(ACCESS, { kind: "public" });
export const AnyCredential = () => SetMetadata<string, Access>(ACCESS, { kind: "credential" });
export const ForSources = () => SetMetadata<string, Access>(ACCESS, { kind: "source" });
/** Reading: people and machines. */
export const Readers = (...roles: readonly Role[]) =>
  SetMetadata<string, Access>(ACCESS, { kind: "member", people: false, roles });
/** Acting: people only, since a command needs somebody who answers for it. */
export const Actors = (...roles: readonly Role[]) =>
  SetMetadata<string, Access>(ACCESS, { kind: "member", people: true, roles });

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.get<Access | undefined>(ACCESS, context.getHandler());
    if (access === undefined) throw new Error("a route without access rules");
    if (access.kind === "public") return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    allow(access, callerOf(request), (request.params as { org?: string }).org);
    return true;
  }
}

/** @throws {ApiProblem} WRONG_ORG, ROLE_MISSING */
export function allow(access: Exclude<Access, { kind: "public" }>, caller: Principal, org: string | undefined): void {
  if (org !== undefined && org !== caller.org) throw new ApiProblem("WRONG_ORG");
  if (access.kind !== "credential" && !mayUse(access, caller))
    throw new ApiProblem("ROLE_MISSING", `This needs ${needed(access)}.`);
}

type ByRole = Exclude<Access, { kind: "public" | "credential" }>;

function mayUse(access: ByRole, { kind, roles }: Principal): boolean {
  if (access.kind === "source") return kind === "source";
  if (kind === "source" || (access.people && kind !== "person")) return false;
  return access.roles.some((role) => roles.includes(role));
}

const needed = (access: ByRole): string =>
  access.kind === "source"
    ? "a source's token"
    : `${access.people ? "a person with " : ""}one of the roles ${access.roles.join(", ")}`;

/** Members know each other's names and read an incident's words; a pipeline's token reads verdicts and phases. */
export const isMember = ({ kind, roles }: Principal): boolean =>
  kind !== "source" && roles.some((role) => role !== "ci");
