import type { EventLogWriter } from "../../activities/ports.js";
import type { EventLogReader } from "../../receipts/ports.js";
import { type KafkaOptions, kafkaClient } from "./kafka-client.js";
import { kafkaReader } from "./kafka-reader.js";
import { ensureTopic } from "./kafka-topic.js";
import { kafkaWriter } from "./kafka-writer.js";

/** Never another in production: an incident's order rests on its partition, and receipts on this log being the only one. */
export const TOPIC = "incident-events.v1";

export interface KafkaEventLog extends EventLogWriter, EventLogReader {
  /** See kafka-topic.ts. Called once, before anything is appended or read. */
  ensureTopic(options: { readonly dev: boolean }): Promise<void>;
  /** Ends the writer. Subscriptions are closed by whoever made them. */
  close(): Promise<void>;
}

/** Connects at the first use. */
export function openKafkaEventLog(options: KafkaOptions): KafkaEventLog {
  const kafka = kafkaClient(options);
  const topic = options.topic ?? TOPIC;
  const writer = kafkaWriter(kafka, topic);
  const reader = kafkaReader(kafka, topic, options.warn ?? console.warn);
  return {
    append: writer.append,
    subscribe: reader.subscribe,
    ends: reader.ends,
    ensureTopic: (dev) => ensureTopic(kafka, topic, dev),
    close: writer.close,
  };
}
