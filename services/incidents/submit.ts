import { b64u } from "../../incidents/bytes.js";
import { canonicalText, type Json } from "../../incidents/canonical.js";
import type { Command, PersonBody } from "../../incidents/commands.js";
import { digestOf, eventId } from "../../incidents/digest.js";
import { commandPayload, commandToSign, encodeEnvelope, MAX_ENVELOPE_BYTES } from "../../incidents/envelope.js";
import type { SealedTriple } from "../../incidents/events.js";
import { isEnded } from "../../incidents/state.js";
import { type GatewaySigner, type Ports, type Principal, type StoredCommand, WorkflowsUnavailable } from "../ports.js";
import { ApiProblem } from "../problems.js";
import { findIncident } from "./load.js";
import { type Answer, awaitResult, stored } from "./result.js";
import { type ActingPerson, personWords, type Words } from "./slots.js";

/** What a person asks of one incident, already of its closed shape. */
export interface Ask {
  readonly org: string;
  /** Minted by the caller where the command opens it. */
  readonly inc: string;
  readonly commandId: string;
  readonly by: Principal;
  readonly address: string;
  /** The client's request without its id: what a repeat is recognised by. */
  readonly request: Json;
  readonly opens: boolean;
  /** Maps the request to a command; asked only where one must be signed. */
  readonly prepare: (inc: string) => Promise<Prepared>;
}

export interface Prepared {
  readonly body: PersonBody;
  readonly words: Words;
  /** Said with a recorded refusal of that code, since the record holds ids only. */
  readonly details?: { readonly [code: string]: string };
}

/**
 * Signs, stores and signals a command, and waits for what the record says of it. The command is stored before it is signalled: after
 * a crash in between, the client's repeat sends the very same bytes.
 */
export async function submit(ports: Ports, ask: Ask): Promise<Answer> {
  const mac = ports.intakeKeys.mac(ask.org, "request", requestText(ask));
  const known = await ports.commands.find(ask.org, ask.commandId);
  if (known !== null) return again(ports, ask, known, mac);
  const prepared = await firstTime(ports, ask);
  const envelope = await signed(ports, ask, ask.inc, prepared);
  const eid = eventId(ask.inc, ask.commandId, 0);
  const command = { org: ask.org, commandId: ask.commandId, inc: ask.inc, actor: ask.by.id, mac, envelope, eid };
  const stands = await ports.commands.remember(command);
  return stands.mac === mac && stands.inc === ask.inc
    ? send(ports, stands, ask.opens, prepared.details)
    : again(ports, ask, stands, mac);
}

/** The incident is left out of an opening, whose id the API mints anew for each repeat. */
const requestText = ({ by, inc, opens, request }: Ask): string =>
  canonicalText({ actor: by.id, inc: opens ? null : inc, request });

async function firstTime(ports: Ports, ask: Ask): Promise<Prepared> {
  if (ask.opens) await ports.vault.mintIncidentKey(ask.org, ask.inc);
  else await requireOpen(ports, ask);
  return ask.prepare(ask.inc);
}

/** @throws {ApiProblem} INCIDENT_UNKNOWN, INCIDENT_CLOSED */
async function requireOpen(ports: Ports, { org, inc }: Ask): Promise<void> {
  const loaded = await findIncident(ports.incidents, org, inc);
  if (loaded === null) throw new ApiProblem("INCIDENT_UNKNOWN");
  if (isEnded(loaded.state)) throw new ApiProblem("INCIDENT_CLOSED");
}

async function again(ports: Ports, ask: Ask, known: StoredCommand, mac: string): Promise<Answer> {
  if (known.mac === mac) return send(ports, known, ask.opens);
  // Another incident's id: its record is no place for a stranger's mistake, so that the audit table takes it.
  if (!ask.opens && known.inc !== ask.inc) throw new ApiProblem("COMMAND_ID_REUSED");
  return reused(ports, ask, known);
}

/** Same id, other bytes: the workflow refuses it on the record, under an id of its own. */
async function reused(ports: Ports, ask: Ask, known: StoredCommand): Promise<Answer> {
  await requireOpen(ports, { ...ask, inc: known.inc });
  const envelope = await signed(ports, ask, known.inc, await ask.prepare(known.inc));
  const second = `${ask.commandId}#${digestOf("envelope", envelope)}`;
  return send(ports, { ...known, envelope, eid: eventId(known.inc, second, 0) }, false);
}

async function send(
  ports: Ports,
  command: StoredCommand,
  opens: boolean,
  details?: Prepared["details"],
): Promise<Answer> {
  const { org, inc } = command;
  const there = await ports.incidents.byEid(org, command.eid);
  if (there === null) {
    const signal = { envelope: b64u(command.envelope) };
    const sent = opens ? ports.workflows.signalWithStart(org, inc, signal) : ports.workflows.signal(org, inc, signal);
    if ((await sent.then(() => true, ifUnavailable)) === false) return stored(command);
  }
  return awaitResult(ports, command, details ?? {});
}

/** It is stored, and sent again when Temporal is back (resender.ts). */
function ifUnavailable(error: unknown): false {
  if (error instanceof WorkflowsUnavailable) return false;
  throw error;
}

async function signed(ports: Ports, ask: Ask, inc: string, { body, words }: Prepared): Promise<Uint8Array> {
  const person: ActingPerson = { name: ask.by.name, address: ask.address };
  const sealed = await ports.vault.seal(ask.org, inc, personWords(body.type, words, person));
  const envelope = signCommand(ports.gateway, commandOf(ask, inc, body, sealed, ports.clock.now()));
  if (envelope.length <= MAX_ENVELOPE_BYTES) return envelope;
  throw new ApiProblem("BODY_TOO_LARGE", "The command is too large to be recorded: fewer steps, or fewer targets.");
}

const commandOf = (
  { org, commandId, by }: Ask,
  inc: string,
  body: PersonBody,
  sealed: readonly SealedTriple[],
  now: number,
): Command => ({
  v: 1,
  org,
  inc,
  commandId,
  actor: { kind: "person", id: by.id },
  assurance: "session",
  issuedAt: new Date(now).toISOString(),
  body,
  sealed,
});

/** The envelope's canonical bytes. */
export function signCommand({ keyid, sign }: GatewaySigner, command: Command): Uint8Array {
  const payload = commandPayload(command);
  return encodeEnvelope(payload, keyid, sign(commandToSign(payload)));
}
