import { b64u } from "../../incidents/bytes.js";
import { canonicalize, type JsonObject } from "../../incidents/canonical.js";
import type { PersonBody } from "../../incidents/commands.js";
import { blindedDigest } from "../../incidents/digest.js";
import { requirementDigest } from "../../policy/index.js";
import type { SignedStatement } from "../serve.js";
import { blindOf } from "../slots.js";
import { statementPayload, statementToSign } from "../statement.js";
import { ANA, BUILDER, DI, INC_KEY, LEE, POLICY, type Signer, SOURCE, TARGET } from "./cast.js";
import { opened, type Story, type StoryOptions, tellStory } from "./story.js";

/** The demo's incident: an alert, a plan that is blocked, evidence, a refused and two counted votes, a change, a close. */
export const STEPS = [
  {
    id: "roll-back",
    connector: "git",
    action: "revert",
    targets: [TARGET],
    expectedMinutes: 5,
    rollbackMinutes: 5,
    rollback: "revert",
  },
  {
    id: "flush-cache",
    connector: "git",
    action: "apply",
    targets: [TARGET],
    expectedMinutes: 5,
    rollbackMinutes: 5,
    rollback: null,
  },
] as const;
/** What the plan's digest covers: with the parameters and the reasons, which the event doesn't show. */
export const PLAN_TEXT: JsonObject = {
  risk: "high",
  steps: STEPS.map(({ rollback, ...step }) => ({
    ...step,
    params: { to: "v41" },
    rollback: (rollback === null
      ? { none: "a cache fills by itself" }
      : { action: rollback, params: {} }) as JsonObject,
  })),
  successCheck: { kind: "probe", url: "https://checkout.example/health" },
};
const BLIND = blindOf(INC_KEY, "plan", canonicalize(PLAN_TEXT));
export const PLAN = blindedDigest("plan", BLIND, canonicalize(PLAN_TEXT));
export const DELIVERY = "dlv_00000000000000000000000001";

export function openCheckout(options: StoryOptions = {}): Story {
  const story = tellStory(options);
  const alert = { delivery: DELIVERY, source: SOURCE, episode: 0 };
  const about = { class: "availability", severity: 1, urgency: "high", drill: false, linkedTo: null } as const;
  must(
    story.ask(
      SOURCE,
      { type: "alert-fired", ...alert, startsAt: "2026-03-11T14:59:00.000Z", ...about },
      {
        "/request": "Checkout answers 500",
        "/services": ["checkout"],
        "/title": "Checkout is down",
        "/annotations": {},
        "/fingerprint": "c0ffee",
        "/labels": { alertname: "CheckoutDown" },
        "/url": "https://alerts.example/1",
      },
    ),
  );
  must(story.ask(ANA, { type: "assign-owner", owner: ANA }));
  return story;
}

export const planBody: PersonBody = {
  type: "propose-plan",
  plan: PLAN,
  risk: "high",
  executor: "system",
  authors: [ANA],
  steps: STEPS,
  successCheck: { kind: "probe", person: null },
};

export const propose = (story: Story): string | null =>
  story.ask(ANA, planBody, {
    "/links": [],
    "/plan": PLAN_TEXT,
    "/planBlind": b64u(BLIND),
    "/request": "Go back to v41",
    "/title": "Roll back checkout",
  });

export const vote = (
  story: Story,
  actor: string,
  requirement: string,
  verdict: "approve" | "reject" | "revoke" = "approve",
): string | null =>
  story.ask(
    actor,
    {
      type: "vote",
      verdict,
      plan: PLAN,
      requirement,
      requirementDigest: requirementDigest(POLICY, requirement),
      onBehalfOf: null,
      policyDecision: opened(story).gate!.decisionDigest,
      atHead: opened(story).head,
      assertion: null,
    },
    { "/comment": `${verdict} ${requirement}` },
  );

export function giveEvidence(story: Story): void {
  must(
    story.ask(
      ANA,
      { type: "attach-evidence", evidenceType: "impact-statement", plan: PLAN },
      { "/digest": "d1", "/excerpt": "40 % of orders fail", "/reference": "dash/7" },
    ),
  );
  must(
    story.system(
      { type: "evidence-read-back", evidence: opened(story).evidence.at(-1)!.eid },
      { "/comment": "read back" },
    ),
  );
}

export function runStep(story: Story, step: string): void {
  must(story.system({ type: "authorise-step", plan: PLAN, step, fence: 1, rollback: false }));
  const of = opened(story).seq - 1;
  const shown = {
    "/after": "v41",
    "/before": "v42",
    "/reference": `git:${step}`,
    "/excerpt": "ok",
    "/result": "pushed",
  };
  const evidence = { "/digest": "d2", "/excerpt": "pushed", "/reference": `git:${step}` };
  must(story.system({ type: "step-succeeded", step, of }, shown, evidence));
}

export function endCheckout(story: Story): void {
  must(story.system({ type: "advance" }));
  must(
    story.system(
      { type: "check-finished", plan: PLAN, outcome: "passed" },
      { "/reason": null, "/excerpt": "200 OK", "/result": "p99 80 ms" },
    ),
  );
  must(story.ask(ANA, { type: "resolve", how: "validated" }, { "/reason": null }));
  must(story.ask(LEE, { type: "add-note" }, { "/text": "v42 goes back to the team" }));
  must(story.ask(ANA, { type: "close" }, { "/summary": "Rolled back" }));
}

export function wholeCheckout(options: StoryOptions = {}): Story {
  const story = openCheckout(options);
  must(propose(story));
  giveEvidence(story);
  expectRefusal(vote(story, ANA, "ops-approval"), "CONFLICT_OF_DUTIES");
  must(vote(story, LEE, "ops-approval"));
  must(vote(story, DI, "security-approval"));
  must(story.system({ type: "system-start", plan: PLAN }));
  for (const step of ["roll-back", "flush-cache"]) runStep(story, step);
  endCheckout(story);
  return story;
}

export function must(refused: string | null): void {
  if (refused !== null) throw new Error(`the command was refused: ${refused}`);
}

function expectRefusal(refused: string | null, code: string): void {
  if (refused !== code) throw new Error(`expected ${code}, was ${refused}`);
}

/** The builder's word on a story as it stands. */
export function statementOf(story: Story, by: Signer = BUILDER): SignedStatement {
  const payload = statementPayload(opened(story));
  return { payload, keyid: by.keyid, signature: by.sign(statementToSign(payload)) };
}
