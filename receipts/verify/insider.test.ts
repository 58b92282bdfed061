import { canonicalize, type Json } from "../../incidents/canonical.js";
import { digestOfJson } from "../../incidents/digest.js";
import type { Actor, Draft, EventType } from "../../incidents/events.js";
import { sealedPaths } from "../../incidents/events.js";
import type { Judgement } from "../../incidents/judgement.js";
import { evaluate, type Inputs } from "../../policy/evaluator.js";
import { issueReceipt } from "../serve.js";
import { ANA, DI, LEE, POLICY, TARGET } from "../testing/cast.js";
import { giveEvidence, must, openCheckout, PLAN, propose, runStep, statementOf, vote } from "../testing/checkout.js";
import { edited, receiptBytes, verdictOf } from "../testing/forge.js";
import { opened, type Story } from "../testing/story.js";

/** Somebody who holds the recorder's key and the builder's, but no gateway's, writes what no person said. */
const SYSTEM: Actor = { kind: "system", id: "system", assurance: null, envelope: null };
const as = (id: string): Actor => ({ ...SYSTEM, id });

let minted = 0;
function draft(typ: EventType, clear: object, actor: Actor = SYSTEM): Draft {
  const sealed = sealedPaths(typ, actor.kind).map((path) => [
    path,
    (minted++).toString(16).padStart(32, "a"),
    "0".repeat(64),
  ]);
  return { typ, actor, clear, sealed, attachments: [] } as unknown as Draft;
}

/** What the verifier says of a chain with one more event, whether or not our own state machine would have written it. */
function withForged(story: Story, typ: EventType, clear: object, actor?: Actor): string {
  try {
    story.write([draft(typ, clear, actor)], `forged-${minted}`);
    return (
      verdictOf(receiptBytes(story, []))
        .findings.map((f) => f.code)
        .join(" ") || "VERIFIED"
    );
  } catch (error) {
    return (error as Error).message;
  }
}

function planned(): Story {
  const story = openCheckout();
  must(propose(story));
  return story;
}

function done(): Story {
  const story = planned();
  giveEvidence(story);
  must(vote(story, LEE, "ops-approval"));
  must(vote(story, DI, "security-approval"));
  must(story.system({ type: "system-start", plan: PLAN }));
  for (const step of ["roll-back", "flush-cache"]) runStep(story, step);
  must(story.system({ type: "advance" }));
  return story;
}

describe("an event that only a person may make, said by the system", () => {
  const unlawful = /WRONG_ACTOR/;
  it.each<[EventType, object]>([
    ["ClassificationChanged", { class: "availability", severity: 5, secondPerson: DI }],
    ["OwnerAssigned", { owner: DI }],
    ["PlanWithdrawn", { plan: PLAN }],
    ["IncidentResolved", { how: "recovered" }],
    ["IncidentCancelled", { reason: "false-alarm", other: null }],
    [
      "AlertResolved",
      { delivery: `dlv_${"0".repeat(26)}`, source: "src_alerts00", episode: 0, endsAt: "2026-03-11T15:00:00.000Z" },
    ],
    ["NoteAdded", {}],
  ])("%s is unlawful", (typ, clear) => expect(withForged(planned(), typ, clear)).toMatch(unlawful));

  it("PlanProposed is unlawful, whoever it says asked for it", () => {
    const story = openCheckout();
    const clear = {
      plan: PLAN,
      risk: "low",
      executor: "system",
      authors: [ANA],
      requestedBy: ANA,
      successCheck: { kind: "probe", person: null },
      policy: "0".repeat(64),
    };
    const steps = [
      {
        id: "wipe",
        connector: "git",
        action: "set",
        targets: [TARGET],
        expectedMinutes: 1,
        rollbackMinutes: 1,
        rollback: null,
      },
    ];
    expect(withForged(story, "PlanProposed", { ...clear, steps })).toMatch(unlawful);
  });
});

describe("the system under a person's name", () => {
  const unwritable = /EVENT_SHAPE/;
  it("brings no verified evidence", () =>
    expect(
      withForged(
        planned(),
        "EvidenceAttached",
        { type: "impact-statement", status: "verified", plan: PLAN, step: null },
        as(LEE),
      ),
    ).toMatch(unwritable));
  it("records no validation", () =>
    expect(withForged(done(), "ValidationRecorded", { plan: PLAN, outcome: "passed", by: "person" }, as(DI))).toMatch(
      unwritable,
    ));
});

/** Changes the facts of every gate but the first, and the decision as the policy then gives it: nothing contradicts itself. */
function withFacts(change: (inputs: Inputs) => Inputs): Story {
  const rest: { at?: string; store?: Map<string, Uint8Array> } = {};
  const story = openCheckout({
    misjudge: (judgement, store) => {
      if (judgement.gate === "submit") return judgement;
      Object.assign(rest, { at: judgement.at, store });
      return rejudged(judgement, store, change);
    },
  });
  must(propose(story));
  giveEvidence(story);
  must(vote(story, LEE, "ops-approval"));
  must(story.system({ type: "system-start", plan: PLAN }));
  return story;
}

function rejudged(judgement: Judgement, store: Map<string, Uint8Array>, change: (inputs: Inputs) => Inputs): Judgement {
  const { gate, step, at } = judgement;
  const text = (digest: string): Json => JSON.parse(new TextDecoder().decode(store.get(digest)!)) as Json;
  const sections = Object.fromEntries(Object.entries(judgement.sections).map(([name, digest]) => [name, text(digest)]));
  const inputs = change({ at, ...sections } as unknown as Inputs);
  const decision = evaluate(POLICY, inputs, { gate, ...(step === null ? {} : { step }) });
  const { at: _, ...changed } = inputs;
  const digests = Object.values(changed).map((section) => {
    const digest = digestOfJson("section", section as unknown as Json);
    store.set(digest, canonicalize(section as unknown as Json));
    return digest;
  });
  const { verdict, validUntil, decisionDigest, inputsDigest } = decision;
  const attachments = [...new Set([...digests, judgement.policyDigest])];
  return {
    ...judgement,
    verdict,
    validUntil,
    decisionDigest,
    inputsDigest,
    sections: decision.sections as Judgement["sections"],
    discounted: decision.discounted,
    attachments,
  };
}

const forgedFacts = (change: (inputs: Inputs) => Inputs): readonly string[] => {
  const story = withFacts(change);
  expect(opened(story).phase).toBe("executing");
  return [
    ...new Set(verdictOf(issueReceipt(story.records, statementOf(story), story.openings)).findings.map((f) => f.code)),
  ];
};

describe("facts that no event and no chain of governance gives", () => {
  const [from, until] = ["2026-03-11T00:00:00.000Z", "2026-03-12T00:00:00.000Z"];

  it("an exception that nobody signed doesn't waive an approval", () => {
    const waiver = { id: "exc-1", control: "security-approval", targets: [TARGET], from, until, approvedBy: DI };
    expect(forgedFacts((inputs) => ({ ...inputs, exceptions: [waiver] }))).toEqual(["FACTS_UNAUTHORISED"]);
  });

  it("a delegation that nobody gave doesn't pass for authority", () => {
    const waiver = { id: "exc-1", control: "security-approval", targets: [TARGET], from, until, approvedBy: DI };
    const delegation = { from: DI, to: LEE, groups: ["security"], start: from, end: until };
    const change = (inputs: Inputs): Inputs => ({
      ...inputs,
      exceptions: [waiver],
      directory: { ...inputs.directory, delegations: [delegation] },
    });
    expect(forgedFacts(change)).toEqual(["FACTS_UNAUTHORISED"]);
  });
});

describe("a receipt whose opening has no value", () => {
  it("isn't of the receipt's shape, and doesn't stop the verifier", () => {
    const bytes = edited(receiptBytes(planned()), (r) => void delete (r.openings[0] as { value?: Json }).value);
    expect(verdictOf(bytes).findings.map((f) => f.code)).toEqual(["RECEIPT_SHAPE"]);
  });
});

describe("an incident that was resolved without a pass", () => {
  it("says so among what is open", () => {
    const story = done();
    must(
      story.system(
        { type: "check-finished", plan: PLAN, outcome: "failed" },
        { "/reason": null, "/excerpt": "", "/result": "" },
      ),
    );
    must(story.ask(ANA, { type: "resolve", how: "waived" }, { "/reason": "It holds." }));
    expect(verdictOf(receiptBytes(story)).answers!.open).toContain("resolved without a pass: the success check failed");
  });

  it("and a plan that was rolled back isn't validated by its probe", () => {
    const story = done();
    must(story.ask(ANA, { type: "rollback", plan: PLAN }, { "/reason": "back" }));
    must(story.system({ type: "authorise-step", plan: PLAN, step: "roll-back", fence: 2, rollback: true }));
    const shown = { "/after": "v42", "/before": "v41", "/reference": "git:back", "/excerpt": "", "/result": "" };
    must(
      story.system({ type: "step-succeeded", step: "roll-back", of: opened(story).seq - 1 }, shown, {
        "/digest": "d",
        "/excerpt": "",
        "/reference": "git:back",
      }),
    );
    must(story.system({ type: "advance" }));
    expect(
      story.system(
        { type: "check-finished", plan: PLAN, outcome: "passed" },
        { "/reason": null, "/excerpt": "", "/result": "" },
      ),
    ).toBe("ROLLED_BACK");
  });
});
