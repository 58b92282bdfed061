import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../incidents/canonical.js";
import type { Narrator } from "./narrator.js";
import type { Actor, Cast } from "./people.js";
import { NEEDED_REPLICAS, SERVICE, type Stage, sha256 } from "./stage.js";
import { type Trigger, trigger } from "./trigger.js";

/** The incident as the API shows it, as far as the story reads it. */
interface Incident {
  readonly inc: string;
  readonly title: string;
  readonly phase: string;
  readonly severity: number;
  readonly head: string;
  readonly count: number;
  readonly owner: string | null;
  readonly validation: string | null;
  readonly plan: { readonly digest: string } | null;
  readonly gate: {
    readonly verdict: string;
    readonly decisionDigest: string;
    readonly nextStep: { readonly text: string };
    readonly controls: readonly { readonly id: string; readonly outcome: string; readonly title: string }[];
  } | null;
  readonly evidence: {
    readonly have: readonly { readonly eid: string; readonly type: string; readonly status: string }[];
  };
  readonly nextRequiredAction: { readonly kind: string; readonly text: string };
}

export interface Told {
  readonly inc: string;
  readonly receipt: Uint8Array;
}

/** The seven stages up to the receipt. Every act goes through HTTP with its person's token; nothing is set up behind the API. */
export async function tell(stage: Stage, cast: Cast, say: Narrator): Promise<Told> {
  const [ana, bo, sam, eve] = ["ana", "bo", "sam", "eve"].map(cast.actor) as [Actor, Actor, Actor, Actor];
  const started = await fire(stage, say);
  try {
    const inc = await opened(ana, say);
    const at = `/incidents/${inc}`;
    await checkPolicy(stage, ana, bo, at, say);
    await approve(ana, bo, sam, at, say);
    await execute(stage, ana, at, say);
    await evidence(ana, at, say);
    return { inc, receipt: await receipt(ana, eve, at, say) };
  } finally {
    await started.stop();
  }
}

const show = async (actor: Actor, at: string): Promise<Incident> => (await actor.api.get(at)) as unknown as Incident;

async function fire({ running, installation, paths, sandbox }: Stage, say: Narrator): Promise<Trigger> {
  say.stage("Trigger", "An alert opens the incident by itself.");
  const health = await (await fetch(`${sandbox.url}/services/${SERVICE}/health`)).text();
  say.line(`The sandbox service ${SERVICE} is unhealthy, since its configuration in Git asks for too few replicas:`);
  say.quote(health);
  const webhook = { url: `${running.url}/v1/alerts/alertmanager`, token: installation.tokens.alertmanager! };
  const sent = await trigger(webhook, `${paths.home}/alertmanager`);
  say.line(`The alert comes from ${sent.origin}.`);
  return sent;
}

async function opened(ana: Actor, say: Narrator): Promise<string> {
  const inc = await until(
    async () =>
      ((await ana.api.get("/incidents")) as { incidents?: readonly { inc: string }[] }).incidents?.[0]?.inc ?? null,
    "the incident",
  );
  const incident = await until(async () => show(ana, `/incidents/${inc}`).catch(() => null), "the incident");
  say.line("The incident is there, as one object (some of it):");
  say.quote(
    JSON.stringify(
      {
        id: inc,
        title: incident.title,
        phase: incident.phase,
        severity: incident.severity,
        owner: incident.owner,
        next: incident.nextRequiredAction.text,
      },
      null,
      2,
    ),
  );
  await ana.does(`/incidents/${inc}/owner`, {});
  say.line("Ana is on call and takes ownership.");
  return inc;
}

/** What Ana wants to do: two steps on real systems, a way back, and how anybody can tell that it worked. */
const planOf = ({ commit, sandbox }: Stage): JsonObject => ({
  title: `Scale ${SERVICE} to ${NEEDED_REPLICAS} replicas`,
  request: `${SERVICE} runs out of capacity; ${NEEDED_REPLICAS} replicas carry the load of the campaign.`,
  risk: "high",
  executor: "system",
  steps: [
    {
      id: "scale",
      connector: "git",
      action: "set",
      targets: [`${SERVICE}-prod`],
      params: { set: { replicas: NEEDED_REPLICAS }, expect: { commit } },
      rollback: { action: "revert", params: {} },
      expectedMinutes: 5,
      rollbackMinutes: 5,
    },
    {
      id: "ticket",
      connector: "ticket",
      action: "open",
      targets: [`${SERVICE}-prod`],
      params: {
        title: `Capacity of ${SERVICE}`,
        body: `Scaled to ${NEEDED_REPLICAS} replicas during an incident; find out why the autoscaler didn't.`,
      },
      rollback: { none: "A ticket does no harm; somebody closes it." },
      expectedMinutes: 1,
      rollbackMinutes: 0,
    },
  ],
  successCheck: {
    kind: "probe",
    url: `${sandbox.url}/services/${SERVICE}/health`,
    expectStatus: 200,
    withinSeconds: 30,
    everySeconds: 1,
  },
});

async function checkPolicy(stage: Stage, ana: Actor, bo: Actor, at: string, say: Narrator): Promise<void> {
  say.stage("Policy check", "A plan is judged by the organisation's policy: ready, needs approval, or blocked.");
  await ana.does(`${at}/plan`, planOf(stage));
  say.line("Ana proposes a plan: change the replicas in Git, open a ticket, then probe the service's health.");
  const blocked = await gateOf(ana, at);
  say.line(`The gate answers: ${blocked.verdict.toUpperCase()}. Safest next step: ${blocked.nextStep.text}`);
  expectVerdict(blocked, "blocked");
  const statement = "Checkout fails for one customer in five since the campaign began; nothing else is affected.";
  await ana.does(`${at}/evidence`, {
    type: "impact-statement",
    reference: "https://wiki.example/impact/checkout",
    digest: sha256(statement),
    excerpt: statement,
  });
  say.line("Ana attaches an impact statement: a reference and a digest, the document stays where it is.");
  const { eid } = (await show(ana, at)).evidence.have.find(({ type }) => type === "impact-statement")!;
  await bo.does(`${at}/evidence/${eid}/verification`, { comment: "I see the same on my dashboard." });
  say.line("Bo, who didn't write it, reviews it: only now does it count.");
  const open = await gateOf(ana, at);
  say.line(`The gate answers: ${open.verdict.toUpperCase()}. Safest next step: ${open.nextStep.text}`);
  expectVerdict(open, "needs-approval");
}

async function gateOf(actor: Actor, at: string): Promise<NonNullable<Incident["gate"]>> {
  const { gate } = await show(actor, at);
  if (gate === null) throw new Error("the incident shows no gate");
  return gate;
}

function expectVerdict({ verdict }: { readonly verdict: string }, wanted: string): void {
  if (verdict !== wanted) throw new Error(`the gate should have said ${wanted} and said ${verdict}`);
}

async function approve(ana: Actor, bo: Actor, sam: Actor, at: string, say: Narrator): Promise<void> {
  say.stage("Approval", "Named people decide, on exactly this plan, under exactly this policy.");
  const refused = await ana.isRefused(`${at}/votes`, await voteOn(ana, at, "peer-approval", "Looks right to me."));
  say.line(`Ana tries to approve her own plan and is refused, on the record: ${refused.code}: ${refused.message}`);
  await bo.does(`${at}/votes`, await voteOn(bo, at, "peer-approval", "The numbers fit; rollback is one revert."));
  say.line("Bo, another engineer, approves (peer-approval).");
  await sam.does(`${at}/votes`, await voteOn(sam, at, "service-owner-approval", "Go ahead."));
  say.line("Sam, who owns the service, approves (service-owner-approval). The gate is open.");
}

/** A vote says what the voter looked at, so that nobody approves something else than what was shown. */
async function voteOn(actor: Actor, at: string, requirement: string, comment: string): Promise<object> {
  const { plan, head, gate } = await show(actor, at);
  return {
    verdict: "approve",
    plan: plan!.digest,
    requirement,
    comment,
    seen: { head, decision: gate!.decisionDigest },
  };
}

const NEEDS_PEOPLE: ReadonlySet<string> = new Set(["decide-after-failure", "settle-outcome", "unblock-step"]);

async function execute({ sandbox }: Stage, ana: Actor, at: string, say: Narrator): Promise<void> {
  say.stage("Execution", "The system carries out the approved steps, each behind the gate once more.");
  const done = await until(
    async () => {
      const incident = await show(ana, at);
      return incident.phase === "verifying" || NEEDS_PEOPLE.has(incident.nextRequiredAction.kind) ? incident : null;
    },
    "the execution",
    60,
  );
  if (done.phase !== "verifying") throw new Error(`the execution needs people: ${done.nextRequiredAction.text}`);
  say.line("A signed commit was pushed to the environment's branch, and a ticket was opened in the sandbox.");
  const passed = await until(
    async () => {
      const { validation } = await show(ana, at);
      return validation;
    },
    "the success check",
    60,
  );
  say.line(`The plan's own success check says: ${passed}.`);
  say.quote(await (await fetch(`${sandbox.url}/services/${SERVICE}/health`)).text());
}

async function evidence(ana: Actor, at: string, say: Narrator): Promise<void> {
  say.stage("Evidence", "What a system can show, no person attaches: connectors read back what they did.");
  for (const { type, status } of (await show(ana, at)).evidence.have) say.line(`${type}: ${status}`);
}

async function receipt(ana: Actor, eve: Actor, at: string, say: Narrator): Promise<Uint8Array> {
  await ana.does(`${at}/resolve`, { how: "validated", reason: "Errors are back to normal." });
  await ana.does(`${at}/close`, { summary: "Capacity was raised; the autoscaler is looked into." });
  say.stage("Receipt", "Every event of the incident, in one signed hash chain.");
  const { count } = await show(eve, at);
  const bytes = await until(async () => {
    const found = await eve.api.bytes(`${at}/receipt?openings=all`).catch(() => null);
    return found !== null && eventsIn(found) === count ? found : null;
  }, "the final receipt");
  say.line(
    `Ana resolved and closed the incident. Eve, an auditor, takes the receipt: ${count} events, ${Math.ceil(bytes.length / 1024)} KiB.`,
  );
  return bytes;
}

const eventsIn = (receiptBytes: Uint8Array): number =>
  (JSON.parse(Buffer.from(receiptBytes).toString("utf8")) as { core: { events: readonly unknown[] } }).core.events
    .length;

async function until<T>(look: () => Promise<T | null>, what: string, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const found = await look();
    if (found !== null) return found;
    await sleep(150);
  }
  throw new Error(`${what} didn't come within ${seconds} s`);
}
