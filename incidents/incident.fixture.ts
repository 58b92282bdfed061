import type { Body, PersonBody, SourceBody } from "./commands.js";
import { type Deciding, decide } from "./decide.js";
import { commitment, eventId } from "./digest.js";
import { ACTOR_SLOTS, type Actor, EVENTS, type Fact, type SealedTriple } from "./events.js";
import { evolve, unopened } from "./evolve.js";
import { gateFor, type Judgement } from "./judgement.js";
import type { State } from "./state.js";

export const ORG = "acme";
export const INC = `inc_${"a".repeat(26)}`;
export const ANA = "per_ana00000";
export const BO = "per_bo000000";
export const LEE = "per_lee00000";
export const PLAN = "1".repeat(64);
export const OTHER_PLAN = "2".repeat(64);
export const POLICY = "3".repeat(64);
const D = "4".repeat(64);
const SALT = new Uint8Array(32);

/** A triple for every slot that any event has: the fixture's commands bring them all. */
function slots(seed: string): SealedTriple[] {
  const paths = [...new Set([...Object.values(EVENTS).flatMap((event) => event.sealed), ...ACTOR_SLOTS])];
  return [...paths, ...paths].map((path, i) => {
    const ref = eventId(seed, path, i);
    return [path, ref, commitment({ salt: SALT, org: ORG, inc: INC, ref, path, value: null })];
  });
}

const at = (n: number): string => new Date(Date.UTC(2026, 2, 11, 15, 0, 0) + n * 1000).toISOString();
const hashOf = (n: number): string => (n + 1).toString(16).padStart(64, "a");

/** Drives a decider as the workflow does, with a gate that says what the test tells it. */
export class Story {
  state: State = unopened(ORG, INC);
  readonly facts: Fact[] = [];
  lastRefusal: string | null = null;
  verdict: Judgement["verdict"] = "ready";
  validUntil: string | null = null;
  discount: string | null = null;
  #n = 0;

  person(who: string, body: PersonBody, commandId?: string): this {
    return this.#run({ kind: "person", id: who, assurance: "session", envelope: D }, body, commandId);
  }

  source(body: SourceBody): this {
    return this.#run({ kind: "source", id: "src_prom0000", assurance: null, envelope: D }, body);
  }

  system(body: Body): this {
    return this.#run({ kind: "system", id: "system", assurance: null, envelope: null }, body);
  }

  get types(): readonly string[] {
    return this.facts.map((fact) => fact.typ);
  }

  /** The decision that the last gate made, as a voter would have seen it. */
  get seen(): { atHead: string; policyDecision: string } {
    const gate = this.facts.findLast((fact) => fact.typ === "GateEvaluated");
    return {
      atHead: this.state.head,
      policyDecision: gate ? (gate.clear as { decisionDigest: string }).decisionDigest : D,
    };
  }

  #run(actor: Actor, body: Body, commandId = `command-${this.#n + 1}`): this {
    this.#n++;
    const time = at(this.#n);
    const command: Deciding = {
      commandId,
      actor,
      body,
      sealed: slots(String(this.#n)),
      at: time,
      judgement: this.#judge(body, commandId, time),
    };
    const { drafts, refused } = decide(this.state, command);
    this.lastRefusal = refused;
    drafts.forEach(({ typ, actor: by, clear }, i) => {
      const seq = this.state.seq;
      const fact = { seq, hash: hashOf(seq), eid: eventId(INC, commandId, i), typ, at: time, actor: by, clear } as Fact;
      this.state = evolve(this.state, fact);
      this.facts.push(fact);
    });
    return this;
  }

  #judge(body: Body, commandId: string, time: string): Judgement | null {
    const question = gateFor(this.state, body);
    if (question === null) return null;
    return {
      ...question,
      at: time,
      stateSeq: this.state.seq,
      verdict: this.verdict,
      mode: "normal",
      validUntil: this.validUntil,
      decisionDigest: this.#n.toString(16).padStart(64, "d"),
      inputsDigest: D,
      sections: {
        approvals: D,
        breakGlass: D,
        calendars: D,
        directory: D,
        evidence: D,
        exceptions: D,
        inFlight: D,
        incident: D,
        overdueReviews: D,
        plan: D,
      },
      policyDigest: POLICY,
      pinnedDigest: POLICY,
      governanceHead: null,
      discounted: this.discount === null ? [] : [{ approval: eventId(INC, commandId, 0), reason: this.discount }],
      voterGroups: ["sre"],
      requirementDigest: D,
      attachments: [],
    };
  }
}

export const opening: PersonBody = {
  type: "open-incident",
  class: "availability",
  severity: 1,
  urgency: "high",
  drill: false,
  linkedTo: null,
};

export const planOf = (plan = PLAN, over: Partial<Extract<PersonBody, { type: "propose-plan" }>> = {}): PersonBody => ({
  type: "propose-plan",
  plan,
  risk: "high",
  executor: "system",
  authors: [ANA],
  steps: [step("scale"), step("ticket")],
  successCheck: { kind: "probe", person: null },
  ...over,
});

export const step = (id: string, connector = "git") => ({
  id,
  connector,
  action: "set",
  targets: ["tgt_checkout"],
  expectedMinutes: 5,
  rollbackMinutes: 5,
  rollback: "revert",
});

export const voteOf = (
  story: Story,
  verdict: "approve" | "reject" | "revoke" = "approve",
  plan = PLAN,
): PersonBody => ({
  type: "vote",
  verdict,
  plan,
  requirement: "peer-approval",
  requirementDigest: D,
  onBehalfOf: null,
  assertion: null,
  ...story.seen,
});

export const opened = (): Story => new Story().person(ANA, opening);
export const planned = (): Story => {
  const story = opened();
  story.verdict = "needs-approval";
  return story.person(ANA, planOf());
};
export const approved = (): Story => {
  const story = planned();
  story.verdict = "ready";
  return story.person(BO, voteOf(story));
};
export const executing = (): Story => approved().system({ type: "system-start", plan: PLAN });
export const authorise = (story: Story, name: string, rollback = false): Story =>
  story.system({ type: "authorise-step", plan: PLAN, step: name, fence: 1, rollback });
/** A step authorised, and ended as told. */
export const stepDone = (story: Story, name: string, rollback = false): Story => {
  authorise(story, name, rollback);
  return story.system({ type: "step-succeeded", step: name, of: story.state.seq - 1 });
};
export const verifying = (): Story => stepDone(stepDone(executing(), "scale"), "ticket").system({ type: "advance" });
