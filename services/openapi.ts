import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { createApi } from "./app.js";
import type { Ports } from "./ports.js";
import { PROBLEMS } from "./problems.js";

/** The API's OpenAPI 3.1 document; `docs/openapi.json` is this, checked in. Starts nothing and touches no port. */
export async function openApiDocument(): Promise<OpenAPIObject> {
  const app = await createApi({ inbox: { waiting: async () => 0 } } as unknown as Ports, { org: "none" });
  const document = documentOf(app);
  await app.close();
  return document;
}

/** The bytes of `docs/openapi.json`. */
export const openApiText = (document: OpenAPIObject): string => `${JSON.stringify(document, null, 2)}\n`;

export function serveDocument(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get("/openapi.json", async (_request: FastifyRequest, reply: FastifyReply) => {
      document ??= documentOf(app);
      return reply.header("content-type", "application/json; charset=utf-8").send(openApiText(document));
    });
}

function documentOf(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion("3.1.0")
    .setTitle("Countersign")
    .setDescription("Incidents as durable workflows, gated by policy, ending in a receipt that anyone can verify.")
    .setVersion("1")
    .setLicense("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
    .addBearerAuth();
  const document = SwaggerModule.createDocument(app, builder.build());
  return {
    ...document,
    paths: withPathParameters(document.paths),
    components: { ...document.components, schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA } },
  };
}

/** The parameters that a path's own text names: routes that read them from the request declare none. */
function withPathParameters(paths: OpenAPIObject["paths"]): OpenAPIObject["paths"] {
  const ofPath = (path: string) =>
    [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => ({
      name: name!,
      in: "path" as const,
      required: true,
      schema: { type: "string" as const },
    }));
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [path, { ...withoutOwn(item), parameters: ofPath(path) }]),
  );
}

/** Declared once for the path, so not again for each method. */
function withoutOwn(item: OpenAPIObject["paths"][string]): OpenAPIObject["paths"][string] {
  const kept = (["get", "post"] as const).flatMap((method) => {
    const operation = item[method];
    return operation
      ? [
          [
            method,
            { ...operation, parameters: operation.parameters?.filter((each) => !("in" in each) || each.in !== "path") },
          ],
        ]
      : [];
  });
  return Object.fromEntries(kept);
}

/** RFC 9457 with our code; a recorded refusal may carry any other code in capitals. */
const PROBLEM_SCHEMA = {
  type: "object",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", pattern: "^[A-Z][A-Z0-9_]{1,59}$", examples: Object.keys(PROBLEMS) },
    detail: { type: "string" },
    problems: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
    command: { type: "string" },
  },
};
