import { canonicalText, type Json } from "../../incidents/canonical.js";
import type { Command } from "../../incidents/commands.js";
import { decide, fromCommand } from "../../incidents/decide.js";
import { type Envelope, parseEnvelope } from "../../incidents/envelope.js";
import { ACTOR_SLOTS, type ClearOf, type SealedTriple } from "../../incidents/events.js";
import { gateFor, type Judgement } from "../../incidents/judgement.js";
import type { State } from "../../incidents/state.js";
import { verifySignature } from "../ed25519.js";
import type { Trust } from "../trust.js";
import { type Batch, batchesOf } from "./batches.js";
import { type Finding, finding } from "./codes.js";
import { keyOf, type ProvenEvent } from "./events.js";
import type { Attachment } from "./parse.js";
import type { Decisions } from "./policy.js";
import type { Course } from "./state.js";

/** What is proven of the chain before its commands are looked at. */
export interface Proven {
  readonly events: readonly ProvenEvent[];
  readonly course: Course;
  readonly decisions: Decisions;
}

/** Stage 9: nobody's event without their signed command, and every event what its command says. */
export function verifyCommands(proven: Proven, envelopes: readonly Attachment[], trust: Trust): readonly Finding[] {
  const { events } = proven;
  const { known, findings } = readEnvelopes(envelopes, trust);
  const present = new Set(envelopes.map(({ digest }) => digest));
  for (const event of events) findings.push(...presenceFaults(event, present));
  for (const batch of batchesOf(events, known)) findings.push(...batchFaults(batch, proven));
  return findings;
}

function readEnvelopes(
  envelopes: readonly Attachment[],
  trust: Trust,
): { readonly known: ReadonlyMap<string, Envelope>; readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const known = new Map<string, Envelope>();
  envelopes.forEach(({ bytes, digest }, i) => {
    const path = `/core/envelopes/${i}`;
    try {
      const envelope = parseEnvelope(bytes);
      known.set(digest, envelope);
      findings.push(...signatureFaults(envelope, path, trust));
    } catch (error) {
      findings.push(finding("ENVELOPE_MALFORMED", { path }, (error as Error).message));
    }
  });
  return { known, findings };
}

function signatureFaults({ keyid, signed, signature }: Envelope, path: string, trust: Trust): readonly Finding[] {
  if (trust.recorders.length + trust.gateways.length === 0 && !trust.require.includes("signatures")) return [];
  const key = keyOf(trust, "gateway", keyid);
  if (key === null) return [finding("GATEWAY_NOT_TRUSTED", { path }, keyid)];
  return verifySignature(key, signed, signature) ? [] : [finding("ENVELOPE_SIGNATURE_BAD", { path })];
}

function presenceFaults({ body }: ProvenEvent, present: ReadonlySet<string>): readonly Finding[] {
  const { kind, envelope } = body.actor;
  const event = body.seq;
  if (body.typ.startsWith("Approval") && (body.clear as { assertion?: Json }).assertion)
    return [finding("ASSERTION_MISSING", { event })];
  if (kind === "system")
    return envelope === null ? [] : [finding("ENVELOPE_UNEXPECTED", { event, path: "/actor/envelope" })];
  if (envelope === null) return [finding("ENVELOPE_ABSENT", { event, path: "/actor/envelope" })];
  return present.has(envelope) ? [] : [finding("ENVELOPE_MISSING", { event, path: "/actor/envelope" }, envelope)];
}

function batchFaults(batch: Batch, proven: Proven): readonly Finding[] {
  const { envelope, commandId, events, strays } = batch;
  const { command } = envelope;
  const first = events[0]!.body;
  if (command.org !== first.org || command.inc !== first.inc)
    return [finding("ENVELOPE_MISPLACED", { event: first.seq }, `${command.org}/${command.inc}`)];
  if (strays.length > 0) return strays.map(({ body }) => finding("EID_MISMATCH", { event: body.seq, path: "/eid" }));
  if (first.typ === "CommandRefused") return refusalFaults(envelope, commandId, events);
  if (commandId !== command.commandId)
    return [finding("COMMAND_MISMATCH", { event: first.seq }, "a reused id can only be refused")];
  return decisionFaults(batch, proven);
}

/**
 * `decide` is run again on the command, judged as the gate's recorded evaluation says: it must draft exactly these events. Where an
 * interim receipt ends in the middle of an append, the rest of it is yet to come.
 */
function decisionFaults({ envelope, events }: Batch, proven: Proven): readonly Finding[] {
  const { command, digest } = envelope;
  const { at, seq: first } = events[0]!.body;
  const before = proven.course.before[first]!;
  const isTail = first + events.length === proven.events.length;
  const judgement =
    judgementOf(command, events, proven.decisions) ?? (isTail ? pendingJudgement(before, command, events) : null);
  const { drafts, refused } = decide(before, { ...fromCommand(command, digest), at, judgement });
  if (refused !== null)
    return [finding("COMMAND_MISMATCH", { event: first }, `${command.body.type} would be refused: ${refused}`)];
  const faults = events.flatMap(({ body }, i) => {
    const draft = drafts[i];
    const same = draft && body.at === at && meaning(draft) === meaning(body);
    return same
      ? []
      : [
          finding(
            "COMMAND_MISMATCH",
            { event: body.seq },
            `${command.body.type} leads to ${draft?.typ ?? "no such event"}`,
          ),
        ];
  });
  const missing = isTail ? [] : drafts.slice(events.length);
  return [
    ...faults,
    ...missing.map(({ typ }) => finding("COMMAND_MISMATCH", { event: first }, `the command's ${typ} is missing`)),
  ];
}

type Meaning = { readonly typ: string; readonly actor: unknown; readonly clear: unknown; readonly sealed: unknown };
const meaning = ({ typ, actor, clear, sealed }: Meaning): string =>
  canonicalText({ typ, actor, clear, sealed } as Json);

/** What of a judgement stands in the record or was evaluated again; a vote that was taken named the wording in force. */
function judgementOf({ body }: Command, events: readonly ProvenEvent[], decisions: Decisions): Judgement | null {
  const gate = events.find((event) => event.body.typ === "GateEvaluated")?.body;
  if (!gate) return null;
  return {
    ...(gate.clear as unknown as ClearOf<"GateEvaluated">),
    stateSeq: events[0]!.body.seq,
    discounted: decisions.get(gate.seq)?.discounted ?? [],
    voterGroups: groupsOf(events),
    requirementDigest: body.type === "vote" ? body.requirementDigest : null,
    attachments: [],
  };
}

const groupsOf = (events: readonly ProvenEvent[]): readonly string[] =>
  (
    events.find(({ body }) => body.typ.startsWith("Approval"))?.body.clear as
      | { groupsAtApproval?: readonly string[] }
      | undefined
  )?.groupsAtApproval ?? [];

const PENDING = "0".repeat(64);

/** Stands for a gate's evaluation that an interim receipt doesn't have yet; only the events before it are compared. */
function pendingJudgement(before: State, { body }: Command, events: readonly ProvenEvent[]): Judgement | null {
  const question = gateFor(before, body);
  if (question === null) return null;
  const { at, clear, seq } = events[0]!.body;
  const policy =
    (clear as { policy?: string }).policy ?? (before.phase === "none" ? undefined : before.plan?.policy) ?? PENDING;
  return {
    ...question,
    at,
    stateSeq: seq,
    verdict: "blocked",
    mode: "normal",
    validUntil: null,
    decisionDigest: PENDING,
    inputsDigest: PENDING,
    sections: {} as Judgement["sections"],
    policyDigest: policy,
    pinnedDigest: policy,
    governanceHead: null,
    discounted: [],
    voterGroups: groupsOf(events),
    requirementDigest: body.type === "vote" ? body.requirementDigest : null,
    attachments: [],
  };
}

function refusalFaults(
  { command, digest }: Envelope,
  commandId: string,
  events: readonly ProvenEvent[],
): readonly Finding[] {
  const { body } = events[0]!;
  const { code, command: type, requirement } = body.clear as ClearOf<"CommandRefused">;
  const asked = command.body.type === "vote" ? command.body.requirement : null;
  const { actor } = fromCommand(command, digest);
  const slots = command.actor.kind === "person" ? actorSlots(command.sealed) : [];
  const said = meaning({
    typ: "CommandRefused",
    actor,
    clear: { code, command: command.body.type, requirement: asked },
    sealed: slots,
  });
  const reuse = (commandId !== command.commandId) === (code === "COMMAND_ID_REUSED");
  const same =
    events.length === 1 && reuse && said === meaning({ ...body, clear: { code, command: type, requirement } });
  return same ? [] : [finding("COMMAND_MISMATCH", { event: body.seq }, "the refusal isn't of this command")];
}

const actorSlots = (sealed: readonly SealedTriple[]): readonly SealedTriple[] =>
  ACTOR_SLOTS.flatMap((path) => sealed.filter((triple) => triple[0] === path).slice(0, 1));
