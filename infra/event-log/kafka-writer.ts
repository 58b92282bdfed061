import type { Kafka, Producer, RecordMetadata } from "kafkajs";
import { EventLogUnavailable, type EventLogWriter } from "../../activities/ports.js";
import { PARTITIONS, partitionOf } from "../../incidents/partition.js";
import { RETRY } from "./kafka-client.js";
import { cut, type Parcel, takeBatch } from "./micro-batch.js";
import { MAX_RECORD_BYTES, refuseTooLarge } from "./record-size.js";

interface Waiting extends Parcel {
  readonly sent: () => void;
  readonly failed: (error: Error) => void;
}

export interface KafkaWriter extends EventLogWriter {
  /** Sends what waits, then ends the connection; later appends are refused. */
  close(): Promise<void>;
}

/**
 * One send in flight for the whole writer; what comes in meanwhile goes together in the next. No idempotent producer: kafkajs's
 * can acknowledge what was never stored, and the fold drops duplicates anyway.
 */
export function kafkaWriter(kafka: Kafka, topic: string): KafkaWriter {
  let queue: Waiting[] = [];
  let pumping: Promise<void> | undefined;
  let closed = false;
  const sender = batchSender(kafka, topic);

  const sendAndTell = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await sender.send(batch);
      for (const { sent } of batch) sent();
    } catch (error) {
      for (const { failed } of batch) failed(error as Error);
    }
  };
  const pump = async (): Promise<void> => {
    // Appends of the same turn of the event loop travel together.
    await new Promise(setImmediate);
    while (queue.length > 0) {
      const { batch, rest } = takeBatch(queue, MAX_RECORD_BYTES);
      queue = rest;
      await sendAndTell(batch);
    }
    pumping = undefined;
  };
  const post = (parcel: Parcel): Promise<void> =>
    new Promise((sent, failed) => {
      if (closed) return failed(new EventLogUnavailable("the Kafka writer is closed"));
      queue.push({ ...parcel, sent, failed });
      pumping ??= pump();
    });
  return {
    append: async (org, inc, records) => {
      refuseTooLarge(records);
      const address = { partition: partitionOf(org, inc), key: `${org}/${inc}` };
      for (const piece of cut(records, MAX_RECORD_BYTES)) await post({ ...address, records: piece });
    },
    close: async () => {
      closed = true;
      await pumping;
      await sender.close();
    },
  };
}

function batchSender(kafka: Kafka, topic: string) {
  let producer: Promise<Producer> | undefined;
  const discard = async (): Promise<void> => {
    const old = producer;
    producer = undefined;
    await old?.then((client) => client.disconnect()).catch(() => {});
  };
  return {
    send: async (batch: readonly Parcel[]): Promise<void> => {
      try {
        const client = await (producer ??= connectedProducer(kafka));
        refuseUnacknowledged(
          batch,
          await client.send({ topic, acks: -1, timeout: 10_000, messages: toMessages(batch) }),
        );
      } catch (error) {
        // What a kafkajs producer still holds after an error that escaped it isn't known, so the next send gets a new one.
        void discard();
        throw new EventLogUnavailable(`Kafka acknowledged nothing: ${(error as Error).message}`, { cause: error });
      }
    },
    close: discard,
  };
}

async function connectedProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: false,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: RETRY,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition!,
  });
  await producer.connect().catch(async (error) => {
    await producer.disconnect().catch(() => {});
    throw error;
  });
  return producer;
}

function toMessages(batch: readonly Parcel[]) {
  return batch.flatMap(({ partition, key, records }) =>
    records.map((record) => ({
      partition,
      key,
      value: Buffer.from(record.buffer, record.byteOffset, record.byteLength),
    })),
  );
}

/**
 * kafkajs sends to each broker once: where a partition's leader moves between two tries to a broker that has answered already,
 * its records are never sent and `send` resolves all the same. So each partition must have an answer of its own.
 */
export function refuseUnacknowledged(batch: readonly Parcel[], answers: readonly RecordMetadata[]): void {
  const acknowledged = new Set(answers.filter(({ errorCode }) => errorCode === 0).map(({ partition }) => partition));
  const missing = batch.find(({ partition }) => !acknowledged.has(partition));
  if (missing) throw new Error(`no acknowledgement for partition ${missing.partition} of ${PARTITIONS}`);
}
