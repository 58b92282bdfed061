import "reflect-metadata";
import { type DynamicModule, Module } from "@nestjs/common";
import { APP_FILTER, APP_GUARD, NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AlertsController } from "./alerts/alerts.controller.js";
import { ApprovalsController } from "./approvals/approvals.controller.js";
import { VerdictController } from "./approvals/verdict.controller.js";
import { MAX_ALERT_BODY_BYTES, MAX_BODY_BYTES } from "./body.js";
import { EvidenceController } from "./evidence/evidence.controller.js";
import { HealthController } from "./health/health.controller.js";
import { AccessGuard } from "./identity/access.js";
import { authenticate } from "./identity/caller.js";
import { MeController } from "./identity/me.controller.js";
import { CommandsController } from "./incidents/commands.controller.js";
import { EndingController } from "./incidents/ending.controller.js";
import { ExecutionController } from "./incidents/execution.controller.js";
import { IncidentsController } from "./incidents/incidents.controller.js";
import { PlanController } from "./incidents/plan.controller.js";
import { RespondersController } from "./incidents/responders.controller.js";
import { TasksController } from "./incidents/tasks.controller.js";
import { LOG, type Log } from "./log.js";
import { MetricsController } from "./metrics/metrics.controller.js";
import { createMetrics, METRICS, type Metrics } from "./metrics/metrics.js";
import { serveDocument } from "./openapi.js";
import { PORTS, type Ports } from "./ports.js";
import { ProblemFilter, sendProblem } from "./problem.filter.js";
import { ApiProblem, problemOf } from "./problems.js";
import { ReceiptsController } from "./receipts/receipts.controller.js";
import { TriageController } from "./triage/triage.controller.js";

export interface ApiOptions {
  readonly org: string;
  readonly log?: Log;
  /** Shared with the dispatcher where both run in one process. */
  readonly metrics?: Metrics;
}

const CONTROLLERS = [
  MeController,
  AlertsController,
  IncidentsController,
  RespondersController,
  PlanController,
  ExecutionController,
  EndingController,
  TasksController,
  CommandsController,
  ApprovalsController,
  VerdictController,
  EvidenceController,
  ReceiptsController,
  TriageController,
  HealthController,
  MetricsController,
];

@Module({})
class ApiModule {}

const moduleOf = (ports: Ports, log: Log, metrics: Metrics): DynamicModule => ({
  module: ApiModule,
  controllers: CONTROLLERS,
  providers: [
    { provide: PORTS, useValue: ports },
    { provide: LOG, useValue: log },
    { provide: METRICS, useValue: metrics },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
});

/**
 * The API, not yet listening. `close()` takes no new requests, lets those that run finish, and stops. It holds no state of its own:
 * two in one process don't meet.
 */
export async function createApi(ports: Ports, options: ApiOptions): Promise<NestFastifyApplication> {
  const metrics = options.metrics ?? createMetrics(ports, options.org);
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_ALERT_BODY_BYTES,
    // While it closes, idle connections end at once and running requests are answered.
    forceCloseConnections: "idle",
    return503OnClosing: false,
    frameworkErrors: (error: Error, _request: unknown, reply: unknown) =>
      sendProblem(reply as FastifyReply, problemOf(error)),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    moduleOf(ports, options.log ?? (() => {}), metrics),
    adapter,
    {
      bodyParser: false,
      logger: false,
    },
  );
  prepare(adapter, ports, metrics);
  serveDocument(app);
  return app;
}

const ALERTS = "/v1/alerts/";

/** Bodies stay bytes: what is signed, compared or stored is what was sent. Callers are known before a body is read. */
function prepare(adapter: FastifyAdapter, { identity }: Ports, metrics: Metrics): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    "*",
    { parseAs: "buffer" },
    (_request: FastifyRequest, body: Buffer, done: (error: null, body: Buffer) => void) => done(null, body),
  );
  fastify.addHook("onRequest", async (request: FastifyRequest) => {
    if (!request.url.startsWith("/v1/")) return;
    await authenticate(identity, request);
    const limit = request.url.startsWith(ALERTS) ? MAX_ALERT_BODY_BYTES : MAX_BODY_BYTES;
    if (Number(request.headers["content-length"] ?? 0) > limit)
      throw new ApiProblem("BODY_TOO_LARGE", `At most ${limit} bytes.`);
  });
  closeConnectionsAtEnd(fastify);
  fastify.addHook("onResponse", async (request: FastifyRequest, reply: FastifyReply) => {
    metrics.answered(
      request.method,
      request.routeOptions?.url ?? "unknown",
      reply.statusCode,
      reply.elapsedTime / 1_000,
    );
  });
}

/** A connection whose last request is answered during `close()` would otherwise hold it up until it idles out. */
function closeConnectionsAtEnd(fastify: FastifyInstance): void {
  let closing = false;
  fastify.addHook("preClose", async () => {
    closing = true;
  });
  fastify.addHook("onSend", async (_request: FastifyRequest, reply: FastifyReply) => {
    if (closing) reply.header("connection", "close");
  });
}
