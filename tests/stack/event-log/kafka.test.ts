import { randomBytes } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { openKafkaEventLog } from "../../../infra/event-log/kafka.js";
import { needKafka } from "../support/parts.js";
import { bytes } from "./collect.js";
import { itIsAnEventLog, type Place } from "./conformance.js";

const warn = () => {};
const freshTopic = () => `cs-test-${randomBytes(8).toString("hex")}`;

async function admin<T>(work: (admin: ReturnType<Kafka["admin"]>) => Promise<T>): Promise<T> {
  const { brokers } = await needKafka();
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await client.connect();
  return work(client).finally(() => client.disconnect());
}

async function place(): Promise<Place> {
  const { brokers } = await needKafka();
  const topic = freshTopic();
  const log = openKafkaEventLog({ brokers, topic, warn });
  await log.ensureTopic({ dev: true });
  await log.close();
  return {
    address: { kind: "kafka", brokers, topic },
    remove: () => admin((client) => client.deleteTopics({ topics: [topic] })),
  };
}

describe("the event log on Kafka", () => {
  itIsAnEventLog(place);

  it("makes the topic once, also when several processes start together", async () => {
    const { brokers } = await needKafka();
    const topic = freshTopic();
    await Promise.all([1, 2, 3].map(() => openKafkaEventLog({ brokers, topic, warn }).ensureTopic({ dev: true })));
    await openKafkaEventLog({ brokers, topic, warn }).ensureTopic({ dev: true });
    await admin((client) => client.deleteTopics({ topics: [topic] }));
  }, 60_000);

  it("refuses a topic configured otherwise and names each difference", async () => {
    const { brokers } = await needKafka();
    const topic = freshTopic();
    const configEntries = [
      { name: "retention.ms", value: "604800000" },
      { name: "cleanup.policy", value: "compact" },
    ];
    await admin((client) =>
      client.createTopics({ topics: [{ topic, numPartitions: 3, replicationFactor: 1, configEntries }] }),
    );
    const refused = openKafkaEventLog({ brokers, topic, warn }).ensureTopic({ dev: true });
    await expect(refused).rejects.toMatchObject({
      code: "TOPIC_MISCONFIGURED",
      message: expect.stringMatching(
        /partitions: expected 12, found 3; cleanup.policy: expected delete, found compact; max.message.bytes: .*; retention.ms: expected -1, found 604800000/,
      ),
    });
    await admin((client) => client.deleteTopics({ topics: [topic] }));
  }, 60_000);

  it("takes a cluster of three brokers, and one of fewer only for development", async () => {
    const { brokers } = await needKafka();
    const size = await admin(async (client) => (await client.describeCluster()).brokers.length);
    const topic = freshTopic();
    const ensured = openKafkaEventLog({ brokers, topic, warn }).ensureTopic({ dev: false });
    const outcome = await ensured.then(
      () => "taken",
      (error: Error) => error.message,
    );
    expect(outcome).toMatch(size < 3 ? "replication factor: expected 3, found a cluster of" : "taken");
    const topics = await admin((client) => client.listTopics());
    expect(topics.includes(topic)).toBe(size >= 3);
    if (size >= 3) await admin((client) => client.deleteTopics({ topics: [topic] }));
  }, 60_000);

  it("says that the log is unavailable when no broker answers, and when the topic is missing", async () => {
    const nowhere = openKafkaEventLog({ brokers: ["127.0.0.1:1"], warn });
    await expect(nowhere.append("acme", "inc_a", [bytes("0")])).rejects.toMatchObject({ name: "EventLogUnavailable" });
    await nowhere.close();
    const missing = openKafkaEventLog({ ...(await needKafka()), topic: freshTopic(), warn });
    await expect(missing.append("acme", "inc_a", [bytes("0")])).rejects.toMatchObject({ name: "EventLogUnavailable" });
    await missing.close();
  }, 60_000);
});
