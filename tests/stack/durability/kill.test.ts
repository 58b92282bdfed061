import { setTimeout as sleep } from "node:timers/promises";
import { accelerate } from "../../../receipts/cli/accelerate.js";
import type { Deployment } from "../support/deployment.js";
import { alertmanagerPayload, type Reply, vote } from "../support/http.js";
import { checkoutPlan, labPlan, look, open } from "./acts.js";
import { finish, prepareSettled, settled } from "./life.js";
import { countOf, effectsOutside, finalReceipt, type Proven } from "./proof.js";
import { eventsOfLog } from "./record-claims.js";
import { recordingOf } from "./recording.js";
import { replayed } from "./replayed.js";
import { wholeLog } from "./the-log.js";
import { startTrio, type Trio, takeRecords, until } from "./trio.js";

const KILLS = 6;

describe("api, worker and builder as processes of their own, killed with -9", () => {
  let trio: Trio;
  let deployment: Deployment;

  beforeAll(async () => {
    accelerate();
    trio = await startTrio("lab-1", "lab-2");
    deployment = trio.deployment;
  }, 90_000);
  afterAll(() => trio?.dispose());

  const proofOf = async (inc: string): Promise<Proven> => {
    const proof = await finalReceipt(deployment, trio.http, inc);
    expect(proof.report.findings).toEqual([]);
    expect(proof.report.verdict).toBe("VERIFIED");
    expect(eventsOfLog(await wholeLog(deployment), inc).events).toEqual(proof.receipt.core.events);
    return proof;
  };
  const oneTicket = (name: string) =>
    expect(effectsOutside(deployment).tickets.filter((title) => title === name)).toHaveLength(1);
  /** The broker takes a moment to see how its topic is set up again. */
  const startWorkerAgain = () => trio.start("worker").catch(() => sleep(1_000).then(() => trio.start("worker")));

  it("the worker, right after a vote was accepted: the vote stands and its consequence comes", async () => {
    const inc = await open(trio.http, "after-a-vote");
    const { commits } = effectsOutside(deployment);
    await prepareSettled(trio.http, inc, checkoutPlan(deployment, "after-a-vote"));
    await settled(trio.http, vote(trio.http, inc, "bo", "peer-approval"));
    await settled(trio.http, vote(trio.http, inc, "sam", "service-owner-approval"));
    await trio.kill("worker");
    await trio.start("worker");
    await finish(trio.http, inc, 90, look(deployment, "after-a-vote", commits));
    expect(countOf(await proofOf(inc), "ApprovalGranted")).toBe(2);
    expect(effectsOutside(deployment).commits).toBe(commits + 1);
    oneTicket("after-a-vote");
  }, 180_000);

  it("the worker, while a step is in flight: the effect happens once, or a person settles what nobody can tell", async () => {
    const inc = await open(trio.http, "in-flight");
    const { commits } = effectsOutside(deployment);
    await prepareSettled(trio.http, inc, checkoutPlan(deployment, "in-flight"));
    await settled(trio.http, vote(trio.http, inc, "bo", "peer-approval"));
    const begun = async () => (await trio.sql.query("select 1 from effects where inc = $1", [inc])).length > 0;
    const voted = settled(trio.http, vote(trio.http, inc, "sam", "service-owner-approval"));
    await until(begun, 2);
    await trio.kill("worker");
    await voted;
    expect((await trio.http.show(inc)).run.inFlight).toMatchObject({ step: "scale", unknown: false });
    await trio.start("worker");
    await finish(trio.http, inc, 120, look(deployment, "in-flight", commits));
    const proof = await proofOf(inc);
    expect(effectsOutside(deployment).commits).toBe(commits + 1);
    oneTicket("in-flight");
    // One success of each step, or a person's word for it.
    const done = proof.events.filter(
      ({ typ, clear }) =>
        typ === "StepSucceeded" || (typ === "StepConfirmed" && (clear as { outcome: string }).outcome === "done"),
    );
    expect(done.map(({ clear }) => (clear as { step: string }).step).sort()).toEqual(["scale", "ticket"]);
  }, 240_000);

  it("the worker, between the claim of a place and the log: the place is kept and the event comes once", async () => {
    const inc = await open(trio.http, "claimed");
    await takeRecords(deployment, false);
    const note = await unanswered(() =>
      trio.http.post("ana", `/incidents/${inc}/notes`, { text: "Claimed before it was logged." }),
    );
    const claimed = await trio.sql.query<{ hash: string; acknowledged: boolean }>(CLAIMS, [inc]);
    await trio.kill("worker");
    const logged = eventsOfLog(await wholeLog(deployment), inc).events;
    await takeRecords(deployment, true);
    expect(claimed.map(({ acknowledged }) => acknowledged)).toEqual([...logged.map(() => true), false]);
    await startWorkerAgain();
    const result = await settled(trio.http, Promise.resolve(note), 90);
    expect(result.body.events.map(({ typ, hash }: { typ: string; hash: string }) => [typ, hash])).toEqual([
      ["NoteAdded", claimed.at(-1)!.hash],
    ]);
    await settled(trio.http, trio.http.post("ana", `/incidents/${inc}/cancel`, { why: "false-alarm" }));
    expect((await proofOf(inc)).events.filter(({ eid }) => eid === result.body.events[0].eid)).toHaveLength(1);
  }, 180_000);

  it(`the worker, at ${KILLS} random moments of three incidents: nothing lost, no event twice, no effect twice`, async () => {
    const names = ["random-checkout", "random-lab-1", "random-lab-2"];
    const commitsBefore = effectsOutside(deployment).commits;
    const live = async (name: string): Promise<string> => {
      const inc = await open(trio.http, name);
      const isCheckout = name === "random-checkout";
      await prepareSettled(
        trio.http,
        inc,
        isCheckout ? checkoutPlan(deployment, name) : labPlan(deployment, name, name.slice("random-".length)),
      );
      await settled(trio.http, vote(trio.http, inc, "bo", "peer-approval"), 120);
      if (isCheckout) await settled(trio.http, vote(trio.http, inc, "sam", "service-owner-approval"), 120);
      await finish(trio.http, inc, 180, look(deployment, name, commitsBefore));
      return inc;
    };
    const lives = Promise.all(names.map(live));
    const moments: number[] = [];
    for (let i = 0; i < KILLS; i++) {
      moments.push(Math.round(Math.random() * 1_500));
      await sleep(moments.at(-1));
      await trio.kill("worker");
      await trio.start("worker");
    }
    const incs = await lives.catch((error: Error) =>
      Promise.reject(new Error(`killed after ${moments.join(", ")} ms: ${error.message}`)),
    );
    for (const inc of incs) {
      await proofOf(inc);
      expect(await replayed(await recordingOf(deployment, inc))).toMatchObject({ difference: null });
    }
    expect(effectsOutside(deployment).commits).toBe(commitsBefore + 1);
    for (const name of names) oneTicket(name);
  }, 300_000);

  it("the builder, in the midst of folding: receipts are made of each event once", async () => {
    const inc = await open(trio.http, "builder-killed");
    const notes = Array.from({ length: 20 }, (_, i) =>
      trio.http.post("ana", `/incidents/${inc}/notes`, { text: `Note ${i}` }),
    );
    await notes[3];
    await trio.kill("builder");
    for (const note of notes) await settled(trio.http, note);
    await settled(trio.http, trio.http.post("ana", `/incidents/${inc}/cancel`, { why: "false-alarm" }));
    expect((await trio.http.get("eve", `/incidents/${inc}/receipt`)).status).not.toBe(500);
    await trio.start("builder");
    expect(countOf(await proofOf(inc), "NoteAdded")).toBe(20);
  }, 90_000);

  it("the api, with a command on its way: the client's repeat is answered as the first would have been", async () => {
    const inc = await open(trio.http, "api-killed");
    const body = { text: "Said once." };
    const send = () => trio.http.post("ana", `/incidents/${inc}/notes`, body, { "idempotency-key": "note-said-once" });
    const lost = send().catch((error: Error) => error);
    await until(
      async () => (await trio.sql.query("select 1 from commands where command_id = 'note-said-once'")).length > 0,
      1,
    );
    await trio.kill("api");
    await lost;
    await trio.start("api");
    const { body: answer } = await settled(trio.http, send());
    expect(answer.events).toHaveLength(1);
    await settled(trio.http, trio.http.post("ana", `/incidents/${inc}/cancel`, { why: "false-alarm" }));
    expect(countOf(await proofOf(inc), "NoteAdded")).toBe(1);
  }, 90_000);

  it("the api, right after it took an alert: the alert becomes an incident when it is back", async () => {
    const taken = await trio.http.alert(
      alertmanagerPayload({ labels: { service: "taken-then-killed" }, fingerprint: "feedfeedfeedfeed" }),
    );
    await trio.kill("api");
    expect(taken.status).toBe(202);
    await trio.start("api");
    const [{ delivery }] = taken.body.deliveries;
    const opened = "select inc from alert_inbox where delivery = $1 and inc is not null";
    await until(async () => (await trio.sql.query(opened, [delivery])).length > 0, 50);
    const [{ inc }] = (await trio.sql.query<{ inc: string }>(opened, [delivery])) as [{ inc: string }];
    await trio.http.until(inc, ({ phase }) => phase === "open");
    expect((await trio.http.show(inc)).alerts).toHaveLength(1);
  }, 90_000);
});

const CLAIMS = "select hash, acked_at is not null as acknowledged from claims where inc = $1 order by seq";

/** The log begins to refuse a moment after it is told to. */
async function unanswered(send: () => Promise<Reply>): Promise<Reply> {
  for (let i = 0; i < 100; i++) {
    const reply = await send();
    if (reply.status === 202) return reply;
    expect(reply.status).toBe(200);
  }
  throw new Error("every command was answered");
}
