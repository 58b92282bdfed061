import kafkajs, { type Admin, type Kafka } from "kafkajs";
import { PARTITIONS } from "../../incidents/partition.js";
import { ConfigError } from "../config-error.js";
import { persist } from "./patience.js";
import { MAX_BATCH_BYTES } from "./record-size.js";

/** Some 12 seconds: 100 ms at first, each wait twice the one before. */
const SERVING_TRIES = 8;

/** A topic as one can set it up, and as it is found. */
export interface TopicShape {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

/**
 * What the event log rests on: nothing acknowledged is ever dropped, and an incident stays in its partition.
 *
 * A development cluster has as many replicas as it has; `min.insync.replicas` follows, since more than there are would take no
 * record at all.
 */
export function wantedShape(replicationFactor = 3): TopicShape {
  return {
    partitions: PARTITIONS,
    replicationFactor,
    configs: {
      "cleanup.policy": "delete",
      "max.message.bytes": String(MAX_BATCH_BYTES),
      "min.insync.replicas": String(Math.min(2, replicationFactor)),
      "retention.bytes": "-1",
      "retention.ms": "-1",
      "unclean.leader.election.enable": "false",
    },
  };
}

/** One line for each setting that is otherwise. */
export function differences(found: TopicShape, wanted: TopicShape): readonly string[] {
  const settings = ({ partitions, replicationFactor, configs }: TopicShape): Record<string, string> => ({
    partitions: String(partitions),
    "replication factor": String(replicationFactor),
    ...configs,
  });
  const is = settings(found);
  return Object.entries(settings(wanted)).flatMap(([name, value]) =>
    is[name] === value ? [] : [`${name}: expected ${value}, found ${is[name] ?? "nothing"}`],
  );
}

/**
 * Creates the topic where it is missing, and looks at it in any case: also one that we created may have lost a race.
 *
 * @throws {ConfigError} `TOPIC_MISCONFIGURED`, naming each difference. `dev` lets any replication factor pass, nothing else.
 */
export async function ensureTopic(kafka: Kafka, topic: string, { dev }: { readonly dev: boolean }): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    if (!(await admin.listTopics()).includes(topic)) await create(admin, topic, dev);
    const found = await persist(SERVING_TRIES, () => describe(admin, topic));
    refuseDifferences(topic, differences(found, wantedShape(dev ? found.replicationFactor : undefined)));
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, topic: string, dev: boolean): Promise<void> {
  const brokers = (await admin.describeCluster()).brokers.length;
  if (!dev && brokers < 3) {
    refuseDifferences(topic, [
      `replication factor: expected 3, found a cluster of ${brokers} (a development cluster takes --dev)`,
    ]);
  }
  const { partitions, replicationFactor, configs } = wantedShape(Math.min(3, brokers));
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  // Waiting for leaders is ours: kafkajs's own wait takes a broker that hasn't heard of the topic yet for a failure.
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
  });
}

/** Throws until every partition serves: a topic that has just been made has no leaders for a moment. */
async function describe(admin: Admin, topic: string): Promise<TopicShape> {
  await admin.fetchTopicOffsets(topic);
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]!.partitions;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  const entries = resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue] as const);
  const replicas = partitions.map((partition) => partition.replicas.length);
  return {
    partitions: partitions.length,
    replicationFactor: Math.min(...replicas),
    configs: Object.fromEntries(entries),
  };
}

function refuseDifferences(topic: string, found: readonly string[]): void {
  if (found.length === 0) return;
  throw new ConfigError(
    "TOPIC_MISCONFIGURED",
    `the topic ${topic} isn't what the event log needs: ${found.join("; ")}`,
  );
}
