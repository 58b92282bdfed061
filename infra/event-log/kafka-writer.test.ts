import type { Kafka } from "kafkajs";
import { partitionOf } from "../../incidents/partition.js";
import { kafkaWriter, refuseUnacknowledged } from "./kafka-writer.js";

const INC = "inc_0000000000000000000000000a";
const PARTITION = partitionOf("acme", INC);
const bytes = (text: string) => new TextEncoder().encode(text);

interface Sent {
  readonly messages: readonly { readonly partition: number; readonly value: Buffer }[];
}

/** Stands for kafkajs where a real broker can't be made to answer so. Counts the producers that were made. */
function fakeKafka(answer: (sent: Sent) => Promise<unknown>) {
  const made = { producers: 0, disconnected: 0, sends: [] as string[][], inFlight: 0, mostInFlight: 0 };
  const send = async (sent: Sent) => {
    made.mostInFlight = Math.max(made.mostInFlight, ++made.inFlight);
    made.sends.push(sent.messages.map(({ value }) => value.toString()));
    return answer(sent).finally(() => made.inFlight--);
  };
  const disconnect = async () => void made.disconnected++;
  const producer = () => {
    made.producers++;
    return { connect: async () => {}, disconnect, send };
  };
  return { kafka: { producer } as unknown as Kafka, made };
}

const acknowledge = async ({ messages }: Sent) => messages.map(({ partition }) => ({ partition, errorCode: 0 }));

describe("the Kafka writer", () => {
  it("sends what waits together, one send at a time", async () => {
    const { kafka, made } = fakeKafka(async (sent) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return acknowledge(sent);
    });
    const writer = kafkaWriter(kafka, "t");
    const first = [writer.append("acme", INC, [bytes("0"), bytes("1")]), writer.append("acme", INC, [bytes("2")])];
    await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([...first, writer.append("acme", INC, [bytes("3")]), writer.append("acme", INC, [bytes("4")])]);
    expect(made.sends).toEqual([
      ["0", "1", "2"],
      ["3", "4"],
    ]);
    expect(made.mostInFlight).toBe(1);
  });

  it("discards the producer after an error that escaped it, and appends with a new one", async () => {
    let down = true;
    const { kafka, made } = fakeKafka((sent) => (down ? Promise.reject(new Error("leader gone")) : acknowledge(sent)));
    const writer = kafkaWriter(kafka, "t");
    await expect(writer.append("acme", INC, [bytes("0")])).rejects.toMatchObject({ name: "EventLogUnavailable" });
    down = false;
    await writer.append("acme", INC, [bytes("0")]);
    expect(made).toMatchObject({ producers: 2, disconnected: 1 });
  });

  it("isn't fooled by an answer that leaves a partition out", async () => {
    const { kafka } = fakeKafka(async () => [{ partition: PARTITION + 1, errorCode: 0 }]);
    await expect(kafkaWriter(kafka, "t").append("acme", INC, [bytes("0")])).rejects.toThrow("no acknowledgement");
    const batch = [{ partition: 1, key: "k", records: [] }];
    expect(() => refuseUnacknowledged(batch, [{ topicName: "t", partition: 1, errorCode: 7 }])).toThrow("partition 1");
  });

  it("sends what waits before it closes, and takes nothing afterwards", async () => {
    const { kafka, made } = fakeKafka(acknowledge);
    const writer = kafkaWriter(kafka, "t");
    const waiting = writer.append("acme", INC, [bytes("0")]);
    await writer.close();
    await waiting;
    await expect(writer.append("acme", INC, [bytes("1")])).rejects.toMatchObject({ name: "EventLogUnavailable" });
    expect(made.sends).toEqual([["0"]]);
  });
});
