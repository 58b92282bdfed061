import { unb64u } from "../incidents/bytes.js";
import type { Json } from "../incidents/canonical.js";
import { eventHash, eventId } from "../incidents/digest.js";
import { pae } from "../incidents/dsse.js";
import { type Envelope, parseEnvelope } from "../incidents/envelope.js";
import { EVENT_PAYLOAD_TYPE, EventError, encodeEvent } from "../incidents/event.js";
import { type Draft, SCHEMA } from "../incidents/events.js";
import { encodeRecord, RecordError } from "../incidents/record.js";
import { verifySignature } from "../receipts/ed25519.js";
import { envelopeRefused, eventUnwritable, sequenceConflict } from "./errors.js";
import {
  type Attachments,
  type Claim,
  type Claims,
  type EventLogWriter,
  type GatewayKeys,
  type Recorder,
  type RecorderKeys,
  SealedValueMissing,
  type SealedValues,
  SequenceConflict,
} from "./ports.js";

export interface AppendRequest {
  readonly org: string;
  readonly inc: string;
  readonly firstSeq: number;
  /** The head that the first draft follows. */
  readonly prev: string;
  readonly at: string;
  readonly kid: string;
  readonly commandId: string;
  readonly drafts: readonly Draft[];
  /** The signed envelope of the command as base64url; null where the system acts. */
  readonly envelope: string | null;
}

export interface AppendResult {
  /** One event hash per draft. */
  readonly hashes: readonly string[];
  readonly kid: string;
}

export interface AppendPorts {
  readonly log: EventLogWriter;
  readonly claims: Claims;
  readonly recorders: RecorderKeys;
  readonly gateways: GatewayKeys;
  readonly sealed: SealedValues;
  readonly attachments: Attachments;
}

/**
 * Signs and appends the events of one command. When it returns, they are durable; a retry, on any worker, makes the same bytes.
 * After a crash the claims stand and the log may or may not hold the records; the retry settles it.
 *
 * @throws EnvelopeRefused (not retryable) where the envelope doesn't vouch for the drafts: nothing is claimed.
 * @throws SequenceConflict (not retryable) where another event holds one of the places.
 * @throws EventUnwritable (not retryable) where an event or its record is too large or not of its closed shape: nothing is claimed.
 */
export const createAppend =
  (ports: AppendPorts) =>
  async (request: AppendRequest): Promise<AppendResult> => {
    const envelope = await vouchedEnvelope(ports, request);
    const recorder = await ports.recorders.byId(request.org, request.kid);
    const claims = await makeClaims(ports, request, recorder, envelope).catch(unwritable);
    await claimAll(ports.claims, request, claims);
    await ports.log.append(
      request.org,
      request.inc,
      claims.map((claim) => claim.record),
    );
    await ports.claims.acknowledge(request.org, request.inc, request.firstSeq, claims.length);
    return { hashes: claims.map((claim) => claim.hash), kid: request.kid };
  };

interface Vouched {
  readonly envelope: Envelope;
  readonly bytes: Uint8Array;
}

/** Nobody speaks for a person but the API: every draft that names one must be what the signed envelope says. */
async function vouchedEnvelope(ports: AppendPorts, request: AppendRequest): Promise<Vouched | null> {
  const spoken = request.drafts.filter((draft) => draft.actor.kind !== "system");
  if (request.envelope === null) {
    if (spoken.length > 0) throw envelopeRefused("NO_ENVELOPE", "a person's or source's event has no envelope");
    return null;
  }
  const bytes = unb64u(request.envelope);
  const envelope = readEnvelope(bytes);
  const key = await ports.gateways.publicKey(request.org, envelope.keyid);
  if (key === null) throw envelopeRefused("BAD_ENVELOPE", `no gateway has the key ${envelope.keyid}`);
  if (!verifySignature(key, envelope.signed, envelope.signature))
    throw envelopeRefused("BAD_ENVELOPE", "the envelope's signature is wrong");
  checkPlace(request, envelope);
  for (const draft of spoken) checkDraft(draft, envelope);
  return { envelope, bytes };
}

function readEnvelope(bytes: Uint8Array): Envelope {
  try {
    return parseEnvelope(bytes);
  } catch (error) {
    throw envelopeRefused("BAD_ENVELOPE", (error as Error).message);
  }
}

function checkPlace({ org, inc, commandId }: AppendRequest, { command, digest }: Envelope): void {
  const ids = [command.commandId, reusedId(command.commandId, digest)];
  if (command.org !== org || command.inc !== inc || !ids.includes(commandId))
    throw envelopeRefused("BAD_ENVELOPE", "the envelope is of another organisation, incident or command");
}

/** The id under which the refusal of a command is recorded that reuses another's id. */
export const reusedId = (commandId: string, digest: string): string => `${commandId}#${digest}`;

function checkDraft({ actor, sealed }: Draft, { command, digest }: Envelope): void {
  const known = new Set(command.sealed.map((triple) => triple.join(" ")));
  const sameActor =
    actor.kind === command.actor.kind && actor.id === command.actor.id && actor.assurance === command.assurance;
  if (!sameActor || actor.envelope !== digest || !sealed.every((triple) => known.has(triple.join(" "))))
    throw envelopeRefused("BAD_ENVELOPE", "the envelope doesn't vouch for the event");
}

function unwritable(error: unknown): never {
  if (error instanceof EventError || error instanceof RecordError) throw eventUnwritable(error.message);
  throw error;
}

async function makeClaims(
  ports: AppendPorts,
  request: AppendRequest,
  recorder: Recorder,
  vouched: Vouched | null,
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  let prev = request.prev;
  for (const [index, draft] of request.drafts.entries()) {
    const claim = await makeClaim(ports, request, recorder, vouched, draft, index, prev);
    claims.push(claim);
    prev = claim.hash;
  }
  return claims;
}

async function makeClaim(
  ports: AppendPorts,
  request: AppendRequest,
  recorder: Recorder,
  vouched: Vouched | null,
  draft: Draft,
  index: number,
  prev: string,
): Promise<Claim> {
  const { org, inc, at, commandId } = request;
  const seq = request.firstSeq + index;
  const eid = eventId(inc, commandId, index);
  const { typ, actor, clear, sealed } = draft;
  const event = encodeEvent({
    v: 1,
    typ,
    org,
    inc,
    seq,
    eid,
    at,
    prev,
    actor,
    clear: clear as unknown as Json,
    sealed,
    schema: SCHEMA,
    kid: recorder.kid,
  });
  const record = encodeRecord({
    event,
    signature: recorder.sign(pae(EVENT_PAYLOAD_TYPE, event)),
    kid: recorder.kid,
    sealed: await ciphertexts(ports.sealed, org, inc, draft),
    attachments: [
      ...(actor.envelope !== null && vouched ? [vouched.bytes] : []),
      ...(await attached(ports.attachments, org, draft)),
    ],
  });
  return { seq, hash: eventHash(event), eid, record };
}

async function ciphertexts(
  values: SealedValues,
  org: string,
  inc: string,
  { sealed }: Draft,
): Promise<readonly Uint8Array[]> {
  try {
    return await values.ciphertexts(org, inc, sealed);
  } catch (error) {
    if (error instanceof SealedValueMissing) throw envelopeRefused("BAD_ENVELOPE", "a sealed value was never stored");
    throw error;
  }
}

const attached = (attachments: Attachments, org: string, draft: Draft): Promise<readonly Uint8Array[]> =>
  Promise.all(
    draft.attachments.map(async (digest) => {
      const bytes = await attachments.get(org, digest);
      if (bytes === null) throw new Error(`attachment ${digest} was never stored`);
      return bytes;
    }),
  );

async function claimAll(claims: Claims, { org, inc }: AppendRequest, wanted: readonly Claim[]): Promise<void> {
  try {
    await claims.claim(org, inc, wanted);
  } catch (error) {
    if (error instanceof SequenceConflict) throw sequenceConflict(error.message);
    throw error;
  }
}
