import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { DataConverter, Payload } from "@temporalio/common";
import { historyFromJSON, historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { b64u, unb64u } from "../../../incidents/bytes.js";
import { dataConverterOf } from "../../../infra/codec/data-converter.js";
import type { StoredKey } from "../../../infra/keys/key-file.js";
import { type KeyStore, openKeyStore } from "../../../infra/keys/store.js";
import { workflowIdOf } from "../../../workflows/messages.js";
import type { Deployment } from "../support/deployment.js";
import { type History, historyOf } from "./temporal.js";

/** A workflow's history as Temporal held it, with the codec's key, made for this one deployment: all that a replay takes. */
export interface Recording {
  readonly workflowId: string;
  readonly codec: { readonly org: string; readonly kid: string; readonly secret: string };
  /** Temporal's own JSON of a history. */
  readonly history: unknown;
}

export async function recordingOf(deployment: Deployment, inc: string): Promise<Recording> {
  const { org, kid, secret } = openKeyStore(deployment.installation.paths.keys).current("codec");
  const history = JSON.parse(historyToJSON(await historyOf(deployment, inc))) as unknown;
  return {
    workflowId: workflowIdOf(org, inc),
    codec: { org, kid, secret: b64u(secret) },
    history: withoutMachine(history),
  };
}

const MACHINE = ["identity", "workerVersion", "binaryChecksum"];

/** Which process on which machine did a task is nobody's business, and no replay looks at it. */
function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !MACHINE.includes(key));
  const clean = Object.fromEntries(kept.map(([key, member]) => [key, withoutMachine(member)]));
  // A sticky queue is named after its process and host.
  return clean.kind === "TASK_QUEUE_KIND_STICKY" ? { ...clean, name: `sticky-${clean.normalName}` } : clean;
}

export const writeRecording = (file: string, recording: Recording): void =>
  writeFileSync(file, gzipSync(JSON.stringify(recording)));

export const readRecording = (file: string): Recording =>
  JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as Recording;

export const historyIn = ({ history }: Recording): History => historyFromJSON(structuredClone(history));

export function converterOf({ codec }: Recording): DataConverter {
  const key: StoredKey = {
    org: codec.org,
    role: "codec",
    kid: codec.kid,
    state: "current",
    created: "2026-01-01T00:00:00.000Z",
    secret: unb64u(codec.secret),
  };
  const keys: KeyStore = {
    org: codec.org,
    current: () => key,
    all: () => [key],
    byId: (_role, kid) => (kid === key.kid ? key : undefined),
  };
  return dataConverterOf(keys);
}

/** The same recording with the argument of the first activity of a type changed, encrypted again as the worker would have. */
export async function tampered(
  recording: Recording,
  activity: string,
  change: (argument: Record<string, unknown>) => object,
): Promise<Recording> {
  const history = historyIn(recording);
  const [codec] = converterOf(recording).payloadCodecs!;
  const scheduled = (history.events ?? []).map(({ activityTaskScheduledEventAttributes: it }) => it);
  const found = scheduled.find((it) => it?.activityType?.name === activity);
  if (!found?.input?.payloads) throw new Error(`the history schedules no ${activity}`);
  const [plain] = await codec!.decode(found.input.payloads as Payload[]);
  const argument = JSON.parse(new TextDecoder().decode(plain!.data!)) as Record<string, unknown>;
  const data = new TextEncoder().encode(JSON.stringify(change(argument)));
  found.input.payloads = await codec!.encode([{ ...plain, data }]);
  return { ...recording, history: JSON.parse(historyToJSON(history)) };
}
