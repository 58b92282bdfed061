import {
  DefaultFailureConverter,
  defaultPayloadConverter,
  type Payload,
  type PayloadConverter,
} from "@temporalio/common";

/** What stands in place of a payload that can't be read; no command and no alert has this shape. */
export interface UndecodablePayload {
  readonly undecodable: string;
}

/**
 * The default converter, but reading never throws: an encoding that nobody here knows, or broken JSON, would otherwise fail the
 * workflow task for ever, and with it the incident. It becomes `{undecodable: "UNREADABLE"}`, which the workflow refuses on the
 * record. Runs in the workflow sandbox; Temporal loads it by this name.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload: <T>(payload: Payload, ...rest: unknown[]): T => {
    try {
      return (defaultPayloadConverter.fromPayload as (payload: Payload, ...rest: unknown[]) => T)(payload, ...rest);
    } catch {
      return UNREADABLE as T;
    }
  },
};

const UNREADABLE: UndecodablePayload = { undecodable: "UNREADABLE" };

/** Messages and stacks of errors go through the codec as well: Temporal would store them readable otherwise. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
