import { Connection } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import type { temporal } from "@temporalio/proto";
import { dataConverterOf } from "../../../infra/codec/data-converter.js";
import { openKeyStore } from "../../../infra/keys/store.js";
import { workflowIdOf } from "../../../workflows/messages.js";
import type { Deployment } from "../support/deployment.js";

export type History = temporal.api.history.v1.IHistory;

/** The raw history of an incident's workflow, every page of it. */
export async function historyOf({ env }: Deployment, inc: string): Promise<History> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
  try {
    const events: NonNullable<History["events"]> = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await connection.workflowService.getWorkflowExecutionHistory({
        namespace: env.TEMPORAL_NAMESPACE,
        execution: { workflowId: workflowIdOf("acme", inc) },
        nextPageToken,
      });
      events.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken && nextPageToken.length > 0);
    return { events };
  } finally {
    await connection.close();
  }
}

/** What the codec makes of payloads: their JSON as bytes. */
export async function decrypted(
  { installation }: Deployment,
  payloads: readonly Payload[],
): Promise<readonly Uint8Array[]> {
  const [codec] = dataConverterOf(openKeyStore(installation.paths.keys)).payloadCodecs!;
  return (await codec!.decode([...payloads])).map(({ data }) => new Uint8Array(data ?? []));
}

/** Every payload of a history, wherever it stands. */
export function payloadsOf(value: unknown): readonly Payload[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  const { metadata, data } = value as Payload;
  if (metadata && data instanceof Uint8Array) return [value as Payload];
  return Object.values(value).flatMap(payloadsOf);
}

/** What the workflow returned. */
export async function resultOf(deployment: Deployment, history: History): Promise<unknown> {
  const completed = history.events?.at(-1)?.workflowExecutionCompletedEventAttributes;
  const [bytes] = await decrypted(deployment, (completed?.result?.payloads ?? []) as Payload[]);
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
}
