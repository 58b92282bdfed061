import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from "@temporalio/client";
import { type DataConverter, WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import type { RecorderKeys } from "../../activities/ports.js";
import { unopened } from "../../incidents/evolve.js";
import { WorkflowEnded, type Workflows, WorkflowsUnavailable } from "../../services/ports.js";
import {
  COMMAND_SIGNAL,
  INCIDENT_WORKFLOW,
  INCIDENTS_QUEUE,
  type IncidentStart,
  workflowIdOf,
} from "../../workflows/messages.js";

export interface TemporalClientOptions {
  readonly address: string;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
}

export interface TemporalClient {
  readonly client: Client;
  close(): Promise<void>;
}

/** Connects on first use, so that the API starts, and keeps alerts, while Temporal is down. */
export function temporalClient({ address, namespace, dataConverter }: TemporalClientOptions): TemporalClient {
  const connection = Connection.lazy({ address, connectTimeout: "3s" });
  const client = new Client({ connection, namespace, dataConverter });
  return { client, close: () => connection.close() };
}

const DEADLINE_MS = 5_000;

/** The API's and the dispatcher's way to the incidents' workflows. */
export function temporalWorkflows({ client }: TemporalClient, recorders: RecorderKeys): Workflows {
  const within = <T>(work: () => Promise<T>): Promise<T> =>
    client.connection.withDeadline(Date.now() + DEADLINE_MS, work).catch(toPortError);
  return {
    signalWithStart: async (org, inc, signal) => {
      const { kid } = await recorders.current(org);
      const start: IncidentStart = { v: 1, org, inc, kid, state: unopened(org, inc), inbox: [], results: {} };
      await within(() =>
        client.workflow.signalWithStart(INCIDENT_WORKFLOW, {
          workflowId: workflowIdOf(org, inc),
          taskQueue: INCIDENTS_QUEUE,
          workflowIdReusePolicy: "REJECT_DUPLICATE",
          args: [start],
          signal: COMMAND_SIGNAL,
          signalArgs: [signal],
        }),
      );
    },
    signal: (org, inc, signal) =>
      within(() => client.workflow.getHandle(workflowIdOf(org, inc)).signal(COMMAND_SIGNAL, signal)),
  };
}

/** A workflow that was is one that ended; everything else that Temporal refuses is worth another try. */
function toPortError(error: unknown): never {
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError)
    throw new WorkflowEnded("the incident's workflow has ended", { cause: error });
  const why = isGrpcServiceError(error) ? error.details : (error as Error).message;
  throw new WorkflowsUnavailable(`Temporal can't take it now: ${why}`, { cause: error });
}
