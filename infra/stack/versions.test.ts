import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { packageRoot } from "./folders.js";
import { KAFKA_VERSION } from "./kafka-jars.js";
import { TEMPORAL_CLI_VERSION } from "./temporal-binary.js";

const read = (path: string) => readFileSync(join(packageRoot(), path), "utf8");

describe("versions of the stack's parts", () => {
  it("caches the Temporal server under the version that go.mod builds", () =>
    expect(read("infra/temporal-dev/go.mod")).toContain(`github.com/temporalio/cli v${TEMPORAL_CLI_VERSION} `));

  it("caches Kafka's jars under the version that pom.xml names", () =>
    expect(read("infra/kafka/pom.xml")).toContain(`<kafka.version>${KAFKA_VERSION}</kafka.version>`));

  it("brings the same versions with Docker, every image a variable", () => {
    const services = parse(read("docker-compose.temporal.yml")).services as Record<string, { image: string }>;
    const images = Object.values(services).map((service) => service.image);
    expect(images).toHaveLength(3);
    for (const image of images) expect(image).toMatch(/^\$\{[A-Z_]+:-[a-z/]+:[\d.]+\}$/);
    expect(images).toContain(`\${TEMPORAL_IMAGE:-temporalio/temporal:${TEMPORAL_CLI_VERSION}}`);
    expect(images).toContain(`\${KAFKA_IMAGE:-apache/kafka:${KAFKA_VERSION}}`);
  });
});
