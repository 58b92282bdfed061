import { randomUUID } from "node:crypto";
import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { EventLogUnavailable } from "../../activities/ports.js";
import { PARTITIONS } from "../../incidents/partition.js";
import type { EventLogReader, LoggedRecord, Subscription } from "../../receipts/ports.js";
import { RETRY } from "./kafka-client.js";
import { refuseBehind } from "./offsets.js";
import { backoffMs, pause, persist } from "./patience.js";
import { MAX_BATCH_BYTES } from "./record-size.js";

const BATCH_RECORDS = 256;
const HEARTBEAT_MS = 3_000;

type Handle = (batch: readonly LoggedRecord[]) => Promise<void>;

interface Reading {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly warn: (message: string) => void;
  readonly handle: Handle;
  readonly stop: AbortSignal;
  /** One for each partition, moved only by its own turn. */
  readonly cursors: readonly Cursor[];
}

interface Cursor {
  next: number;
  failures: number;
  /** The delivery that runs now: one at a time, also when kafkajs rejoins and fetches the same again. */
  turn: Promise<void>;
}

export function kafkaReader(kafka: Kafka, topic: string, warn: (message: string) => void): EventLogReader {
  const ends = () => endsOf(kafka, topic);
  return {
    ends,
    subscribe: async (from, handle) => {
      refuseBehind(from, await ends());
      const cursors = from.map((next): Cursor => ({ next, failures: 0, turn: Promise.resolve() }));
      return keepReading({ kafka, topic, warn, handle, cursors });
    },
  };
}

async function endsOf(kafka: Kafka, topic: string): Promise<readonly number[]> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    // kafkajs doesn't try again when a partition's leader has just moved.
    const offsets = await persist(5, () => admin.fetchTopicOffsets(topic));
    return offsets.toSorted((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
  } catch (error) {
    throw new EventLogUnavailable(`Kafka doesn't say where ${topic} ends: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** A consumer that crashed is discarded and made anew: positions are ours, so nothing of it is needed. */
function keepReading(reading: Omit<Reading, "stop">): Subscription {
  const stop = new AbortController();
  const running = (async () => {
    for (let failures = 0; !stop.signal.aborted; failures++) {
      await readUntilCrash({ ...reading, stop: stop.signal }).catch((error: Error) =>
        reading.warn(`the Kafka consumer ended and is made anew: ${error.message}`),
      );
      await pause(backoffMs(failures), stop.signal);
    }
  })();
  return {
    close: async () => {
      stop.abort();
      await running;
      await Promise.all(reading.cursors.map(({ turn }) => turn));
    },
  };
}

async function readUntilCrash(reading: Reading): Promise<void> {
  const consumer = throwawayConsumer(reading.kafka);
  const ended = untilEnded(consumer, reading.stop);
  try {
    // The join tells us before the first fetch, after each rejoin too. A group that commits nothing would begin at 0.
    consumer.on(consumer.events.GROUP_JOIN, async () => seekAll(consumer, reading));
    await consumer.connect();
    await consumer.subscribe({ topic: reading.topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: reading.cursors.length,
      eachBatch: (payload) => deliverInTurn(reading, payload),
    });
    await ended;
  } finally {
    await consumer.disconnect().catch(() => {});
  }
}

/**
 * kafkajs reads only as a member of a group, so each has one of its own; a member alone is assigned every partition. The group
 * holds no offsets, and the broker forgets it when the member leaves.
 */
function throwawayConsumer(kafka: Kafka): Consumer {
  return kafka.consumer({
    groupId: `countersign-reader-${randomUUID()}`,
    allowAutoTopicCreation: false,
    sessionTimeout: 30_000,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: 500,
    // Room for the largest batch of every partition: kafkajs asks for them in the same order each time, and the last would starve.
    maxBytesPerPartition: MAX_BATCH_BYTES,
    maxBytes: PARTITIONS * MAX_BATCH_BYTES,
    retry: { ...RETRY, restartOnFailure: async () => false },
  });
}

function untilEnded(consumer: Consumer, stop: AbortSignal): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    stop.addEventListener("abort", () => resolve(), { once: true });
    if (stop.aborted) resolve();
  });
  ended.catch(() => {});
  return ended;
}

function seekAll(consumer: Consumer, { topic, cursors }: Reading): void {
  for (const [partition, { next }] of cursors.entries()) consumer.seek({ topic, partition, offset: String(next) });
}

function deliverInTurn(reading: Reading, payload: EachBatchPayload): Promise<void> {
  const cursor = reading.cursors[payload.batch.partition]!;
  cursor.turn = cursor.turn.then(() => deliver(reading, payload, cursor));
  return cursor.turn;
}

/** Never throws: an offset that isn't resolved is fetched again, after a pause of this partition alone. */
async function deliver(reading: Reading, payload: EachBatchPayload, cursor: Cursor): Promise<void> {
  const beat = setInterval(() => payload.heartbeat().catch(() => {}), HEARTBEAT_MS);
  try {
    for (const records of slicesFrom(payload, cursor.next)) {
      if (reading.stop.aborted || !payload.isRunning() || payload.isStale()) return;
      await reading.handle(records);
      cursor.next = records.at(-1)!.offset + 1;
      cursor.failures = 0;
      payload.resolveOffset(String(cursor.next - 1));
    }
    resolveKnown(payload, cursor);
  } catch (error) {
    const { partition } = payload.batch;
    reading.warn(`partition ${partition} from ${cursor.next}, to be delivered again: ${(error as Error).message}`);
    void pause(backoffMs(cursor.failures++), reading.stop).then(payload.pause());
  } finally {
    clearInterval(beat);
  }
}

/** A batch that was fetched twice may hold only what was delivered already: without this it would be fetched for ever. */
function resolveKnown(payload: EachBatchPayload, cursor: Cursor): void {
  if (!payload.isStale()) payload.resolveOffset(String(cursor.next - 1));
}

function slicesFrom({ batch }: EachBatchPayload, next: number): readonly (readonly LoggedRecord[])[] {
  const records = batch.messages
    .map(({ offset, value }) => ({
      partition: batch.partition,
      offset: Number(offset),
      bytes: value ?? new Uint8Array(),
    }))
    .filter(({ offset }) => offset >= next);
  const count = Math.ceil(records.length / BATCH_RECORDS);
  return Array.from({ length: count }, (_, index) => records.slice(index * BATCH_RECORDS, (index + 1) * BATCH_RECORDS));
}
