import { ApplicationFailure, defaultPayloadConverter, type Payload } from "@temporalio/common";
import { failureConverter, payloadConverter } from "./payload-converter.js";

const json = (data: string): Payload => ({
  metadata: { encoding: Buffer.from("json/plain") },
  data: Buffer.from(data),
});

describe("the payload converter", () => {
  it.each([[{ a: 1 }], ["x"], [undefined], [null], [[]], [new Uint8Array([7])]])(
    "is the default one for %p",
    (value) => {
      const payload = payloadConverter.toPayload(value);
      expect(payload).toEqual(defaultPayloadConverter.toPayload(value));
      expect(payloadConverter.fromPayload(payload)).toEqual(value);
    },
  );

  it.each([
    ["broken JSON", json("{")],
    ["an empty body", json("")],
    ["no body", { metadata: { encoding: Buffer.from("json/plain") } }],
    ["an unknown encoding", { metadata: { encoding: Buffer.from("x/y") }, data: Buffer.from("z") }],
    ["no encoding", { metadata: {} }],
    ["no metadata", {}],
    ["nothing", null as unknown as Payload],
  ] as [string, Payload][])("gives {undecodable} for %s and doesn't throw", (_, payload) => {
    expect(payloadConverter.fromPayload(payload)).toEqual({ undecodable: "UNREADABLE" });
  });
});

it("puts nothing readable into a failure", () => {
  const error = ApplicationFailure.nonRetryable("canary-91", "Refused");
  const failure = failureConverter.errorToFailure(error, payloadConverter);
  expect(failure.message).toBe("Encoded failure");
  expect(failure.stackTrace).toBe("");
  expect(failureConverter.failureToError(failure, payloadConverter).message).toBe("canary-91");
});
