import { findKafka, javaMajor, type KafkaWays } from "./kafka-jars.js";

const all: KafkaWays = {
  java: async () => ({ file: "/usr/bin/java", major: 17 }),
  cached: () => "/cache/kafka",
  fetch: () => Promise.resolve("/fetched/kafka"),
};

async function find(ways: Partial<KafkaWays>) {
  const lines: string[] = [];
  return { found: await findKafka({ ...all, ...ways }, (line) => lines.push(line)), lines };
}

describe("finding a Kafka broker", () => {
  it("takes cached jars before it fetches any", async () => {
    const fetch = () => Promise.reject(new Error("asked Maven"));
    const { found, lines } = await find({ fetch });
    expect(found).toMatchObject({ libs: "/cache/kafka", source: "cached Maven jars" });
    expect(lines).toEqual([]);
  });

  it("fetches them with Maven otherwise", async () => {
    expect((await find({ cached: () => null })).found).toMatchObject({ libs: "/fetched/kafka", source: "Maven jars" });
  });

  it.each([
    ["no Java here", { java: async () => null }],
    ["Java 11 found, 17 or later needed", { java: async () => ({ file: "java", major: 11 }) }],
    ["no Maven here and no cached jars", { cached: () => null, fetch: () => null }],
    ["repository refused", { cached: () => null, fetch: () => Promise.reject(new Error("repository refused")) }],
  ])("says that the event log will be embedded: %s", async (reason, ways) => {
    const { found, lines } = await find(ways);
    expect(found).toBeNull();
    expect(lines).toEqual([`kafka: ${reason}; the event log will be the embedded Postgres one`]);
  });

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_452"', 8],
    ["The operation couldn't be completed.", 0],
  ])("reads the major version of %s", (said, major) => expect(javaMajor(said)).toBe(major));
});
