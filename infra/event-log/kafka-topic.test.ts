import { differences, wantedShape } from "./kafka-topic.js";

const found = (configs: Record<string, string> = {}, shape = {}) => {
  const wanted = wantedShape();
  return { ...wanted, ...shape, configs: { ...wanted.configs, "segment.bytes": "1073741824", ...configs } };
};

describe("the topic of the event log", () => {
  it("may have any setting that the log doesn't rest on", () => {
    expect(differences(found(), wantedShape())).toEqual([]);
  });

  it.each([
    ["cleanup.policy", "compact"],
    ["max.message.bytes", "1048588"],
    ["min.insync.replicas", "1"],
    ["retention.bytes", "1000"],
    ["retention.ms", "604800000"],
    ["unclean.leader.election.enable", "true"],
  ])("isn't one with %s = %s", (name, value) => {
    const lines = differences(found({ [name]: value }), wantedShape());
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name}: expected .*, found ${value}$`))]);
  });

  it("has 12 partitions of 3 replicas", () => {
    const lines = differences(found({}, { partitions: 13, replicationFactor: 1 }), wantedShape());
    expect(lines).toEqual(["partitions: expected 12, found 13", "replication factor: expected 3, found 1"]);
  });

  it("needs no more replicas in sync than a development cluster has", () => {
    expect([1, 2, 3].map((factor) => wantedShape(factor).configs["min.insync.replicas"])).toEqual(["1", "2", "2"]);
  });
});
