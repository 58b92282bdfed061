/**
 * The running parts of a stack test, named by whoever runs it. A part that is missing fails the test with a message that begins
 * with its code: never skipped in silence.
 */
export async function needPostgres(): Promise<{ readonly url: string }> {
  const url = process.env.CS_TEST_DATABASE_URL;
  if (!url) throw new Error("NEEDS_POSTGRES: CS_TEST_DATABASE_URL names no Postgres server");
  return { url };
}

/** Kafka's broker is a Java program: where there is no Java there is no Kafka. */
export async function needKafka(): Promise<{ readonly brokers: readonly string[] }> {
  const brokers = process.env.CS_TEST_KAFKA_BROKERS;
  if (!brokers) throw new Error("NEEDS_JAVA: CS_TEST_KAFKA_BROKERS names no Kafka broker");
  return { brokers: brokers.split(",") };
}
