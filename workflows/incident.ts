import { condition, defineSignal, log, setDefaultSignalHandler, setHandler } from "@temporalio/workflow";
import type { Body, SystemBody } from "../incidents/commands.js";
import { type Decided, type Deciding, decide, foresee, fromCommand, fromSystem } from "../incidents/decide.js";
import { eventId } from "../incidents/digest.js";
import { blockedOnFacts, type Due, dueOf, reevaluateAt } from "../incidents/due.js";
import type { Draft, Fact, SealedTriple } from "../incidents/events.js";
import { evolve } from "../incidents/evolve.js";
import { factsOf } from "../incidents/facts.js";
import { type GateRefusal, gateFor, type Judgement } from "../incidents/judgement.js";
import { isEnded, type Opened, type State } from "../incidents/state.js";
import { appending, effects, isFailure, judging } from "./activities.js";
import {
  COMMAND_SIGNAL,
  type CommandResult,
  type InboxItem,
  type IncidentResult,
  type IncidentStart,
} from "./messages.js";
import { readSignal } from "./signal.js";

/** Beyond these, a stranger's garbage no longer makes events. */
const MAX_BAD_SIGNALS = 20;
/** How long a held step waits before it is tried again though nothing arrived. */
const HOLD_MS = { first: 15_000, most: 900_000 } as const;
const UNOPENED_MS = 600_000;
/** How long a gate that only facts block waits before it is looked at again. */
const LOOK_AGAIN_MS = { first: 5_000, most: 300_000 } as const;
/** What the workflow asks of itself: refused, it waits before it asks again. */
const DUE: ReadonlySet<string> = new Set([
  "system-start",
  "authorise-step",
  "advance",
  "step-succeeded",
  "step-failed",
  "step-outcome-unknown",
  "check-finished",
]);
/** What moves no gate and no step: a storm of it doesn't make a held step try again and again. */
const QUIET: ReadonlySet<string> = new Set([
  "alert-fired",
  "alert-resolved",
  "alerts-suppressed",
  "acknowledge",
  "join",
  "leave",
  "assign-owner",
  "add-note",
  "add-task",
  "assign-task",
  "complete-task",
  "drop-task",
]);

/**
 * One incident from its first alert to its end. One loop drains the inbox: judge if needed, decide, append, then act; it evolves only
 * from acknowledged appends. Effects run beside it and come back through the inbox, so that votes and stop are heard meanwhile.
 */
export async function incident(start: IncidentStart): Promise<IncidentResult> {
  const run = new IncidentRun(start);
  setHandler(defineSignal<[unknown]>(COMMAND_SIGNAL), (signal) => run.receive(signal));
  setDefaultSignalHandler(() => run.receive(null));
  while (!isEnded(run.state as Opened) && (await run.step()));
  if (run.state.phase !== "none") await judging.unlockTargets({ org: run.org, inc: run.inc });
  return { count: run.state.seq, head: run.state.head };
}

/** Everything that the run knows; `IncidentStart` is its serialised form. */
class IncidentRun {
  readonly org: string;
  readonly inc: string;
  state: State;
  #kid: string;
  readonly #inbox: InboxItem[];
  readonly #results: Map<string, CommandResult>;
  /** The one effect of each kind that runs now. */
  readonly #busy = new Set<"execute" | "check">();
  #holds = 0;
  #tryAgainAt = 0;
  #judgedUntil: string | null = null;
  #looks = 0;
  #lookAgainAt = 0;
  /** seq of the plan whose success check runs. */
  #checking: number | null = null;
  /** By first event id: how commands ended that another run of this incident recorded. */
  readonly #recorded = new Map<string, string | null>();

  constructor({ org, inc, kid, state, inbox, results }: IncidentStart) {
    this.org = org;
    this.inc = inc;
    this.state = state;
    this.#kid = kid;
    this.#inbox = [...inbox];
    this.#results = new Map(Object.entries(results));
  }

  receive(signal: unknown): void {
    this.#inbox.push({ kind: "signal", signal });
  }

  /** One turn of the loop; false where nothing will ever come. */
  async step(): Promise<boolean> {
    const item = this.#inbox.shift();
    if (item) await this.#take(item);
    else if (!(await this.#actOnDue())) return this.#wait();
    return true;
  }

  async #wait(): Promise<boolean> {
    const arrived = () => this.#inbox.length > 0;
    if (this.state.phase === "none") return condition(arrived, UNOPENED_MS);
    const wakeAt = this.#wakeAt();
    if (wakeAt === null) return condition(arrived).then(() => true);
    if (await condition(arrived, Math.max(1, wakeAt - Date.now()))) return true;
    if (this.#gateRanOut()) await this.#reevaluate();
    else if (blockedOnFacts(this.state) && this.#lookAgainAt <= Date.now()) await this.#lookAgain();
    return true;
  }

  #wakeAt(): number | null {
    const lookAgainAt = blockedOnFacts(this.state) ? this.#lookAgainAt : null;
    const times = [this.#tryAgainAt > Date.now() ? this.#tryAgainAt : null, this.#nextJudgement(), lookAgainAt];
    const set = times.filter((time) => time !== null);
    return set.length === 0 ? null : Math.min(...set);
  }

  /** A decision that has run out is judged again once; its new `validUntil` sets the next time. */
  #nextJudgement(): number | null {
    const until = reevaluateAt(this.state);
    return until === null || until === this.#judgedUntil ? null : Date.parse(until);
  }

  #gateRanOut(): boolean {
    const at = this.#nextJudgement();
    return at !== null && at <= Date.now();
  }

  async #reevaluate(): Promise<void> {
    this.#judgedUntil = reevaluateAt(this.state);
    await this.#system({ type: "re-evaluate" }, []);
  }

  /** Nobody tells us when a target is free or a fact is mended. Recorded only where it changes the verdict. */
  async #lookAgain(): Promise<void> {
    this.#lookAgainAt = Date.now() + Math.min(LOOK_AGAIN_MS.most, LOOK_AGAIN_MS.first * 2 ** this.#looks);
    this.#looks++;
    const command = fromSystem({ commandId: "", body: { type: "re-evaluate" }, sealed: [] });
    const judgement = await this.#judge({ ...command, at: this.#now() });
    if (judgement !== null && "verdict" in judgement && judgement.verdict !== "blocked")
      await this.#system({ type: "re-evaluate" }, []);
  }

  async #take(item: InboxItem): Promise<void> {
    if (item.kind === "system") return this.#takeOwn(item.command.body, item.command.sealed);
    const read = readSignal(item.signal, this.org, this.inc);
    if ("code" in read) return this.#refuseSignal(read.code);
    const { envelope, bytes } = read;
    const { commandId } = envelope.command;
    const known = this.#results.get(commandId);
    if (known?.envelope === envelope.digest || this.#results.has(`${commandId}#${envelope.digest}`)) return;
    const command = fromCommand(envelope.command, envelope.digest);
    if (known)
      await this.#process({ ...command, commandId: `${commandId}#${envelope.digest}` }, bytes, {
        refused: "COMMAND_ID_REUSED",
      });
    else await this.#process(command, bytes, null);
  }

  /** The check of a plan that was replaced meanwhile says nothing about the plan that runs now, though both be worded alike. */
  async #takeOwn(body: SystemBody, sealed: readonly SealedTriple[]): Promise<void> {
    if (body.type === "check-finished" && this.#checking !== (this.state as Opened).plan?.seq)
      return void this.#busy.delete("check");
    await this.#system(body, sealed);
  }

  async #refuseSignal(code: "MALFORMED" | "NO_ENVELOPE" | "BAD_ENVELOPE"): Promise<void> {
    if (this.state.phase === "none" || (this.state.refusals.system ?? 0) >= MAX_BAD_SIGNALS)
      return log.warn("signal dropped", { code });
    await this.#system({ type: "refuse-signal", code }, []);
  }

  #system(body: SystemBody, sealed: readonly SealedTriple[]): Promise<void> {
    const commandId = `system/${body.type}/${this.state.seq}`;
    return this.#process(fromSystem({ commandId, body, sealed }), null, null);
  }

  async #process(
    command: Omit<Deciding, "at" | "judgement">,
    envelope: string | null,
    refusal: GateRefusal | null,
  ): Promise<void> {
    const before = this.state;
    const decided = await this.#decideAndAppend(command, envelope, refusal);
    // A forged envelope takes nobody's command id.
    if (command.actor.envelope !== null && decided.refused !== "BAD_ENVELOPE")
      this.#results.set(command.commandId, { envelope: command.actor.envelope, refused: decided.refused });
    await this.#follow(command.body, before, decided);
  }

  /** Judges, decides and appends; begins again where another event took the place, since then the state was another. */
  async #decideAndAppend(
    command: Omit<Deciding, "at" | "judgement">,
    envelope: string | null,
    refusal: GateRefusal | null,
  ): Promise<Decided> {
    const recorded = this.#recorded.get(eventId(this.inc, command.commandId, 0));
    if (recorded !== undefined) return { drafts: [], refused: recorded };
    const at = this.#now();
    const judgement = refusal ?? (await this.#judge({ ...command, at }));
    const decided = decide(this.state, { ...command, at, judgement });
    if (decided.drafts.length === 0) return decided;
    try {
      await this.#append(command.commandId, decided.drafts, at, envelope);
      return decided;
    } catch (error) {
      return this.#unappended(error, command, envelope, refusal);
    }
  }

  async #unappended(
    error: unknown,
    command: Omit<Deciding, "at" | "judgement">,
    envelope: string | null,
    refusal: GateRefusal | null,
  ): Promise<Decided> {
    if (isFailure(error, "SequenceConflict")) {
      // Nothing new: the command's events stand before our head already, and deciding it again would end here again.
      if (!(await this.#catchUp())) return { drafts: [], refused: "SEQUENCE_CONFLICT" };
      return isEnded(this.state as Opened)
        ? { drafts: [], refused: "INCIDENT_CLOSED" }
        : this.#decideAndAppend(command, envelope, refusal);
    }
    if (isFailure(error, "EventUnwritable") && refusal === null)
      return this.#decideAndAppend(command, envelope, { refused: "EVENT_UNWRITABLE" });
    if (!isFailure(error, "EnvelopeRefused")) throw error;
    await this.#refuseSignal("BAD_ENVELOPE");
    return { drafts: [], refused: "BAD_ENVELOPE" };
  }

  #now(): string {
    const now = new Date().toISOString();
    return this.state.phase !== "none" && this.state.at > now ? this.state.at : now;
  }

  async #judge(command: Omit<Deciding, "judgement">): Promise<Judgement | GateRefusal | null> {
    const question = gateFor(this.state, command.body);
    if (question === null) return null;
    const foreseen = foresee(this.state, command);
    if (typeof foreseen === "string") return { refused: foreseen };
    if (foreseen.plan === null) return { refused: "NO_PLAN" };
    const { body, actor, commandId, at, sealed } = command;
    const proposing = body.type === "propose-plan";
    const { steps, risk, successCheck, seq, policy } = foreseen.plan;
    return judging.evaluateGate({
      org: this.org,
      inc: this.inc,
      drill: foreseen.drill,
      ...question,
      at,
      stateSeq: this.state.seq,
      recorded: factsOf(foreseen),
      plan: {
        steps,
        risk,
        successCheck,
        seq: proposing ? null : seq,
        sealed: proposing ? sealed : [],
        pinned: proposing ? null : policy,
      },
      vote:
        body.type === "vote"
          ? { id: eventId(this.inc, commandId, 0), person: actor.id, requirement: body.requirement }
          : null,
    });
  }

  async #append(commandId: string, drafts: readonly Draft[], at: string, envelope: string | null): Promise<void> {
    const { seq: firstSeq, head: prev } = this.state;
    const { org, inc } = this;
    const { hashes, kid } = await appending.append({
      org,
      inc,
      firstSeq,
      prev,
      at,
      kid: this.#kid,
      commandId,
      drafts,
      envelope,
    });
    this.#kid = kid;
    drafts.forEach(({ typ, actor, clear }, i) => {
      const eid = eventId(inc, commandId, i);
      this.state = evolve(this.state, { seq: firstSeq + i, hash: hashes[i]!, eid, typ, at, actor, clear } as Fact);
    });
  }

  /** Takes what another run of this incident has recorded; false where there is nothing. */
  async #catchUp(): Promise<boolean> {
    const tail = await appending.loadTail({ org: this.org, inc: this.inc, seq: this.state.seq });
    for (const fact of tail) {
      this.state = evolve(this.state, fact);
      this.#recorded.set(fact.eid, fact.typ === "CommandRefused" ? fact.clear.code : null);
    }
    return tail.length > 0;
  }

  /** What a decided command sets in motion beside the loop. */
  async #follow(body: Body, before: State, { drafts, refused }: Decided): Promise<void> {
    if (body.type === "step-succeeded" || body.type === "step-failed" || body.type === "step-outcome-unknown")
      this.#busy.delete("execute");
    if (body.type === "check-finished") this.#busy.delete("check");
    if (drafts[0]?.typ === "EvidenceAttached" && body.type === "attach-evidence")
      this.#readEvidence(this.state.seq - drafts.length);
    if (drafts.some((draft) => draft.typ === "GateEvaluated")) this.#awaitFacts();
    if (drafts.some((draft) => draft.typ === "StepHeld") || (refused !== null && DUE.has(body.type))) this.#hold();
    else if (refused === null && drafts.length > 0 && !QUIET.has(body.type)) this.#holds = this.#tryAgainAt = 0;
    if (inFlight(before) && !inFlight(this.state)) await judging.unlockTargets({ org: this.org, inc: this.inc });
  }

  #awaitFacts(): void {
    this.#looks = 0;
    this.#lookAgainAt = Date.now() + LOOK_AGAIN_MS.first;
  }

  #hold(): void {
    this.#tryAgainAt = Date.now() + Math.min(HOLD_MS.most, HOLD_MS.first * 2 ** this.#holds);
    this.#holds++;
  }

  /** Starts what is due; false where nothing is, or where it runs already. */
  async #actOnDue(): Promise<boolean> {
    if (this.#tryAgainAt > Date.now()) return false;
    const due = dueOf(this.state);
    switch (due?.kind) {
      case "advance":
        return this.#system({ type: "advance" }, []).then(() => true);
      case "start":
        return this.#system({ type: "system-start", plan: due.plan }, []).then(() => true);
      case "dispatch":
        return this.#dispatch(due);
      case "execute":
        return this.#beside("execute", () => this.#execute(due));
      case "check":
        return this.#beside("check", () => this.#check(due));
      default:
        return false;
    }
  }

  /** Lock the targets, judge on fresh facts, authorise; or hold, unlock and stay. */
  async #dispatch({ plan, step, rollback, targets }: Extract<Due, { kind: "dispatch" }>): Promise<boolean> {
    const lock = await judging.lockTargets({ org: this.org, inc: this.inc, plan, targets });
    if ("heldBy" in lock) return this.#holdLocked(plan, step);
    await this.#system({ type: "authorise-step", plan, step, fence: lock.fence, rollback }, []);
    if (!inFlight(this.state)) await judging.unlockTargets({ org: this.org, inc: this.inc });
    return true;
  }

  async #holdLocked(plan: string, step: string): Promise<boolean> {
    const held = this.state.phase === "executing" ? this.state.run.held : null;
    if (held?.step === step && held.code === "TARGET_LOCKED") {
      this.#hold();
      return false;
    }
    await this.#system({ type: "hold-step", plan, step, code: "TARGET_LOCKED" }, []);
    return true;
  }

  #beside(kind: "execute" | "check", effect: () => Promise<void>): boolean {
    if (this.#busy.has(kind)) return false;
    this.#busy.add(kind);
    void effect();
    return true;
  }

  async #execute({ seq, step }: Extract<Due, { kind: "execute" }>): Promise<void> {
    const planSeq = (this.state as Opened).plan!.seq;
    const { kind, code, voidsApprovals, sealed } = await effects.executeStep({
      org: this.org,
      inc: this.inc,
      seq,
      planSeq,
    });
    const of = { step, of: seq };
    if (kind === "succeeded") this.#return({ type: "step-succeeded", ...of }, sealed);
    else if (kind === "failed") this.#return({ type: "step-failed", ...of, code, voidsApprovals }, sealed);
    else this.#return({ type: "step-outcome-unknown", ...of, code }, sealed);
  }

  async #check({ plan, planSeq }: Extract<Due, { kind: "check" }>): Promise<void> {
    this.#checking = planSeq;
    const { outcome, sealed } = await effects.runCheck({ org: this.org, inc: this.inc, plan, planSeq });
    this.#return({ type: "check-finished", plan, outcome }, sealed);
  }

  #readEvidence(seq: number): void {
    void effects.readEvidence({ org: this.org, inc: this.inc, seq }).then(({ verified, eid, sealed }) => {
      if (verified) this.#return({ type: "evidence-read-back", evidence: eid }, sealed);
    });
  }

  #return(body: SystemBody, sealed: readonly SealedTriple[]): void {
    this.#inbox.push({ kind: "system", command: { commandId: "", body, sealed } });
  }
}

const inFlight = (state: State): boolean => state.phase === "executing" && state.run.inFlight !== null;
