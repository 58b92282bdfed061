import kafkajs, { type Kafka } from "kafkajs";
import { correctKafkajsTimer } from "./kafkajs-timer.js";

export interface KafkaOptions {
  readonly brokers: readonly string[];
  /** `incident-events.v1` unless a test says otherwise. */
  readonly topic?: string;
  readonly warn?: (message: string) => void;
}

/** Given everywhere: kafkajs has other defaults when NODE_ENV is `test`. At most about four seconds of waiting. */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, multiplier: 2, factor: 0.2, retries: 5 } as const;

export function kafkaClient({ brokers, warn = console.warn }: KafkaOptions): Kafka {
  correctKafkajsTimer();
  return new kafkajs.Kafka({
    clientId: "countersign",
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    enforceRequestTimeout: true,
    retry: RETRY,
    logLevel: kafkajs.logLevel.WARN,
    // Its error lines are told as warnings and without their stacks: an error that matters is thrown as well.
    logCreator: () => (entry) => {
      const line = kafkaLine(entry.namespace, entry.log);
      if (!SETTLING.test(line)) warn(line);
    },
  });
}

/** What a broker answers while a topic or group is new; it is asked again, and an error that stays is thrown. */
const SETTLING = /not the leader for that topic-partition|group coordinator is not available/i;

export function kafkaLine(namespace: string, log: { message: string; broker?: string; error?: unknown }): string {
  const broker = log.broker ? ` (${log.broker})` : "";
  const cause = typeof log.error === "string" && !log.message.includes(log.error) ? `: ${log.error}` : "";
  return `kafka ${namespace}${broker}: ${log.message}${cause}`;
}
