import { b64u, unb64u } from "./bytes.js";
import { canonicalize, type Json, parseCanonical } from "./canonical.js";
import { type Command, commandShape } from "./commands.js";
import { digestOf } from "./digest.js";
import { pae } from "./dsse.js";
import { keyId } from "./event.js";
import { conforms, list, oneOf, pattern, problemsOf, record } from "./shape.js";

/** A command with the gateway's word for it: nobody speaks for a person but the API (architecture.md, "Workflow rules"). */
export const COMMAND_PAYLOAD_TYPE = "application/vnd.countersign.command.v1+json";
export const MAX_ENVELOPE_BYTES = 65_535;

const base64url = pattern("[A-Za-z0-9_-]*", "base64url");
const envelopeShape = record({
  payloadType: oneOf(COMMAND_PAYLOAD_TYPE),
  payload: base64url,
  signatures: list(record({ keyid: keyId, sig: base64url }), 1, 1),
});

export interface Envelope {
  readonly command: Command;
  /** 64 hex digits; what `actor.envelope` of the events says. */
  readonly digest: string;
  readonly keyid: string;
  readonly signature: Uint8Array;
  /** What the signature is over. */
  readonly signed: Uint8Array;
}

export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
  constructor(
    readonly code: "MALFORMED",
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** The bytes that the gateway signs for a command. */
export const commandPayload = (command: Command): Uint8Array => canonicalize(command as unknown as Json);
export const commandToSign = (payload: Uint8Array): Uint8Array => pae(COMMAND_PAYLOAD_TYPE, payload);

export const encodeEnvelope = (payload: Uint8Array, keyid: string, signature: Uint8Array): Uint8Array =>
  canonicalize({
    payloadType: COMMAND_PAYLOAD_TYPE,
    payload: b64u(payload),
    signatures: [{ keyid, sig: b64u(signature) }],
  });

/**
 * Reads an envelope's closed shape and the command in it; doesn't check the signature, which needs a key.
 * @throws {EnvelopeError} MALFORMED
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  try {
    if (bytes.length > MAX_ENVELOPE_BYTES) throw new RangeError(`an envelope has at most ${MAX_ENVELOPE_BYTES} bytes`);
    const value: unknown = parseCanonical(bytes);
    if (!conforms(envelopeShape, value)) throw new RangeError("not an envelope of a command");
    const payload = unb64u(value.payload);
    const command: unknown = parseCanonical(payload);
    const problem = problemsOf(commandShape, command)[0];
    if (problem) throw new RangeError(`${problem.path}: ${problem.message}`);
    const { keyid, sig } = value.signatures[0]!;
    const signature = unb64u(sig);
    return {
      command: command as Command,
      digest: digestOf("envelope", bytes),
      keyid,
      signature,
      signed: commandToSign(payload),
    };
  } catch (error) {
    throw new EnvelopeError("MALFORMED", (error as Error).message);
  }
}
