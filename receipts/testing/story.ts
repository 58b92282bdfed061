import { sha256 } from "@noble/hashes/sha2.js";
import { b64u, hex, utf8 } from "../../incidents/bytes.js";
import { canonicalize, type Json } from "../../incidents/canonical.js";
import type { Command, PersonBody, SourceBody, SystemBody } from "../../incidents/commands.js";
import { type Deciding, decide, foresee, fromCommand, fromSystem } from "../../incidents/decide.js";
import { digestOf, eventHash, eventId } from "../../incidents/digest.js";
import { pae } from "../../incidents/dsse.js";
import { commandPayload, commandToSign, encodeEnvelope } from "../../incidents/envelope.js";
import { EVENT_PAYLOAD_TYPE, type EventBody, encodeEvent, factOf } from "../../incidents/event.js";
import { type Draft, SCHEMA, type SealedTriple } from "../../incidents/events.js";
import { evolve, unopened } from "../../incidents/evolve.js";
import { factsOf } from "../../incidents/facts.js";
import { type GateRefusal, gateFor, type Judgement } from "../../incidents/judgement.js";
import type { LogRecord } from "../../incidents/record.js";
import type { Opened, State } from "../../incidents/state.js";
import { evaluate, type Policy, policyDigest, requirementDigest } from "../../policy/index.js";
import { snapshotInputs } from "../../policy/snapshot.js";
import type { Opening } from "../format.js";
import { newSlot } from "../slots.js";
import { GATEWAY, INC, INC_KEY, NAMES, ORG, PEOPLE, POLICY, RECORDER, type Signer, TARGETS } from "./cast.js";

export type Values = Readonly<Record<string, Json>>;

/** An incident as it is being written: what the workflow, the gate and append do, on one page and without I/O. */
export interface Story {
  readonly records: LogRecord[];
  /** Everything that was sealed, as openings of the slots that the events show. */
  readonly openings: Opening[];
  readonly state: () => State;
  /** A person's or source's command; the code that refused it, or null. */
  readonly ask: (
    actor: string,
    body: PersonBody | SourceBody,
    values?: Values,
    change?: Partial<Command>,
  ) => string | null;
  /** A command under an id that another one had: the workflow refuses it under an id of its own. */
  readonly reuse: (actor: string, body: PersonBody, values: Values, commandId: string) => void;
  readonly system: (body: SystemBody, ...values: readonly Values[]) => string | null;
  /** Writes events that no command made, as somebody with the recorder's key could. */
  readonly write: (drafts: readonly Draft[], commandId: string, attachments?: readonly Uint8Array[]) => void;
}

export interface StoryOptions {
  readonly policy?: Policy;
  readonly inc?: string;
  readonly recorder?: Signer;
  readonly gateway?: Signer;
  readonly payloadType?: string;
  /** Changes an event just before it is signed. */
  readonly tamper?: (event: EventBody) => EventBody;
  /** Changes a judgement before it is recorded, with its attachments. */
  readonly misjudge?: (judgement: Judgement, attachments: Map<string, Uint8Array>) => Judgement;
}

export function tellStory(options: StoryOptions = {}): Story {
  const {
    policy = POLICY,
    inc = INC,
    recorder = RECORDER,
    gateway = GATEWAY,
    payloadType = EVENT_PAYLOAD_TYPE,
  } = options;
  const records: LogRecord[] = [];
  const openings: Opening[] = [];
  const sealed = new Map<string, Omit<Opening, "seq">>();
  const store = new Map<string, Uint8Array>();
  let state: State = unopened(ORG, inc);
  let minutes = 0;
  let minted = 0;
  let head = state.head;

  const seal = (values: Values): SealedTriple[] =>
    Object.entries(values).map(([path, value]) => {
      const ref = hex(sha256(utf8(`${inc} ref ${minted++}`))).slice(0, 32);
      const slot = newSlot({ incKey: INC_KEY, org: ORG, inc, ref, path, value });
      sealed.set(`${ref} ${path}`, { path, salt: b64u(slot.salt), value });
      return [path, ref, slot.commitment];
    });

  const append = (drafts: readonly Draft[], commandId: string, at: string, attachments: readonly Uint8Array[]): void =>
    drafts.forEach((draft, i) => {
      const { typ, actor, clear } = draft;
      const seq = records.length;
      const plain: EventBody = {
        v: 1,
        typ,
        org: ORG,
        inc,
        seq,
        eid: eventId(inc, commandId, i),
        at,
        prev: head,
        actor,
        clear: clear as unknown as Json,
        sealed: draft.sealed,
        schema: SCHEMA,
        kid: recorder.keyid,
      };
      const event = options.tamper?.(plain) ?? plain;
      const bytes = encodeEvent(event);
      const mine = [
        ...attachments.filter((a) => digestOf("envelope", a) === event.actor.envelope),
        ...draft.attachments.map((d) => store.get(d)!),
      ];
      records.push({
        event: bytes,
        signature: recorder.sign(pae(payloadType, bytes)),
        kid: recorder.keyid,
        sealed: event.sealed.map(() => new Uint8Array(32)),
        attachments: mine,
      });
      for (const [path, ref] of event.sealed) openings.push({ seq, ...sealed.get(`${ref} ${path}`)! });
      head = eventHash(bytes);
      state = evolve(state, factOf(event, head));
    });

  const judge = (deciding: Omit<Deciding, "judgement">): Judgement | GateRefusal | null => {
    const question = gateFor(state, deciding.body);
    if (question === null) return null;
    const seen = foresee(state, deciding);
    if (typeof seen === "string") return { refused: seen };
    if (seen.plan === null) return null;
    const outside = { at: deciding.at, asOf: deciding.at, people: PEOPLE, targets: TARGETS, inFlight: [] };
    const recorded = factsOf(seen);
    const voter = deciding.body.type === "vote" ? PEOPLE.find((p) => p.id === deciding.actor.id) : undefined;
    const own = eventId(inc, deciding.commandId, 0);
    const approvals = recorded.approvals.map((a) =>
      a.id === own ? { ...a, groupsAtApproval: voter?.groups ?? [] } : a,
    );
    const inputs = snapshotInputs([policy], { ...recorded, approvals }, outside);
    const decision = evaluate(policy, inputs, {
      gate: question.gate,
      ...(question.step === null ? {} : { step: question.step }),
    });
    const { at: _, ...sections } = inputs;
    const digests = Object.values(sections).map((s) => keep(store, "section", s as unknown as Json));
    const judgement: Judgement = {
      gate: question.gate,
      step: question.step,
      at: deciding.at,
      stateSeq: state.seq,
      verdict: decision.verdict,
      mode: decision.mode,
      validUntil: decision.validUntil,
      decisionDigest: decision.decisionDigest,
      inputsDigest: decision.inputsDigest,
      sections: decision.sections as Judgement["sections"],
      policyDigest: policyDigest(policy),
      pinnedDigest: policyDigest(policy),
      governanceHead: null,
      discounted: decision.discounted,
      voterGroups: voter?.groups ?? [],
      requirementDigest: deciding.body.type === "vote" ? requirementDigest(policy, deciding.body.requirement) : null,
      attachments: [...new Set([...digests, keep(store, "policy", policy as unknown as Json)])],
    };
    return options.misjudge?.(judgement, store) ?? judgement;
  };

  const run = (of: Omit<Deciding, "at" | "judgement">, attachments: readonly Uint8Array[]): string | null => {
    const deciding = { ...of, at: instant(minutes++) };
    const judgement = judge(deciding);
    const { drafts, refused } = decide(state, { ...deciding, judgement });
    append(drafts, of.commandId, deciding.at, attachments);
    return refused;
  };

  const enveloped = (actor: string, body: PersonBody | SourceBody, values: Values, change: Partial<Command>) => {
    const kind = actor.startsWith("per_") ? "person" : "source";
    const who: Values = kind === "person" ? { "/address": `${actor}@example.com`, "/name": NAMES[actor] ?? "?" } : {};
    const command: Command = {
      v: 1,
      org: ORG,
      inc,
      commandId: `command-${records.length}`,
      actor: { kind, id: actor },
      assurance: kind === "person" ? "session" : null,
      issuedAt: instant(minutes),
      body,
      sealed: seal({ ...values, ...who }),
      ...change,
    };
    const payload = commandPayload(command);
    const envelope = encodeEnvelope(payload, gateway.keyid, gateway.sign(commandToSign(payload)));
    return { of: fromCommand(command, digestOf("envelope", envelope)), envelope };
  };

  const ask: Story["ask"] = (actor, body, values = {}, change = {}) => {
    const { of, envelope } = enveloped(actor, body, values, change);
    return run(of, [envelope]);
  };

  const reuse: Story["reuse"] = (actor, body, values, commandId) => {
    const { of, envelope } = enveloped(actor, body, values, { commandId });
    const slots = ["/address", "/name"].map((path) => of.sealed.find((triple) => triple[0] === path)!);
    const clear = { code: "COMMAND_ID_REUSED", command: body.type, requirement: null };
    const draft = { typ: "CommandRefused", actor: of.actor, clear, sealed: slots, attachments: [] } as Draft;
    append([draft], `${commandId}#${of.actor.envelope}`, instant(minutes++), [envelope]);
  };

  const system: Story["system"] = (body, ...values) =>
    run(fromSystem({ commandId: `system-${records.length}`, body, sealed: values.flatMap(seal) }), []);
  const write: Story["write"] = (drafts, commandId, attachments = []) =>
    append(drafts, commandId, instant(minutes++), attachments);
  return { records, openings, state: () => state, ask, reuse, system, write };
}

function keep(store: Map<string, Uint8Array>, kind: string, value: Json): string {
  const bytes = canonicalize(value);
  const digest = digestOf(kind, bytes);
  store.set(digest, bytes);
  return digest;
}

const instant = (minutes: number): string => new Date(Date.UTC(2026, 2, 11, 15, minutes)).toISOString();

export const opened = (story: Story): Opened => story.state() as Opened;
