import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigResourceTypes, Kafka, logLevel } from "kafkajs";
import { parse, stringify } from "yaml";
import { newId } from "../../../infra/config/starter.js";
import { wantedShape } from "../../../infra/event-log/kafka-topic.js";
import { openPostgres } from "../../../infra/sql/postgres.js";
import type { Sql } from "../../../infra/sql/sql.js";
import { accelerate } from "../../../receipts/cli/accelerate.js";
import { type Deployment, deploy, type Process } from "../support/deployment.js";
import { alertmanagerPayload, type Http, httpOf, ok, planBody, vote } from "../support/http.js";
import { finish, prepareSettled, settled } from "./life.js";
import { countOf, effectsOutside, finalReceipt, headCommit, type Proven } from "./proof.js";
import { eventsOfLog } from "./record-claims.js";
import { wholeLog } from "./the-log.js";

const KILLS = 6;

describe("api, worker and builder as processes of their own, killed with -9", () => {
  let deployment: Deployment;
  const running: { [program in "api" | "worker" | "builder"]?: Process } = {};
  let http: Http;
  let sql: Sql;

  const start = async (program: "api" | "worker" | "builder") => {
    running[program] = await deployment.start(program);
    if (program === "api") http = httpOf(deployment, running.api!);
  };
  const kill = (program: "api" | "worker" | "builder") => running[program]!.kill();

  beforeAll(async () => {
    accelerate();
    deployment = await deploy();
    addTargets(deployment, "lab-1", "lab-2");
    sql = openPostgres({ url: deployment.env.DATABASE_URL!, warn: () => {} });
    await start("api");
    await Promise.all([start("worker"), start("builder")]);
  }, 90_000);
  afterAll(async () => {
    await sql?.close();
    await deployment?.dispose();
  });

  /** Opened by hand: its title is its name. */
  const open = async (name: string): Promise<string> => {
    const body = { title: name, request: "Please look.", class: "availability", severity: 1 };
    return (await settled(http, http.post("ana", "/incidents", body))).body.incident;
  };
  /** Nobody else's plan changes the file meanwhile, and each ticket bears its incident's name. */
  const checkoutPlan = (name: string) => {
    const [scale, ticket] = planBody(deployment).steps;
    const params = { set: { replicas: 6, note: name }, expect: { commit: headCommit(deployment) } };
    return planBody(deployment, { steps: [{ ...scale, params }, { ...ticket, params: { title: name, body: "Scaled." } }] });
  };
  const labPlan = (name: string, target: string) => {
    const [, ticket] = planBody(deployment).steps;
    return planBody(deployment, { steps: [{ ...ticket, targets: [target], params: { title: name, body: "Looked." } }] });
  };
  /** A person looks at the systems themselves. */
  const look = (name: string, commitsBefore: number) => async (step: string) => {
    const { commits, tickets } = effectsOutside(deployment);
    return (step === "scale" ? commits > commitsBefore : tickets.includes(name)) ? "done" : "not-done";
  };
  const proofOf = async (inc: string): Promise<Proven> => {
    const proof = await finalReceipt(deployment, http, inc);
    expect(proof.report.findings).toEqual([]);
    expect(proof.report.verdict).toBe("VERIFIED");
    expect(eventsOfLog(await wholeLog(deployment), inc).events).toEqual(proof.receipt.core.events);
    return proof;
  };
  const oneTicket = (name: string) => expect(effectsOutside(deployment).tickets.filter((title) => title === name)).toHaveLength(1);

  it("the worker, right after a vote was accepted: the vote stands and its consequence comes", async () => {
    const inc = await open("after-a-vote");
    await prepareSettled(http, inc, checkoutPlan("after-a-vote"));
    await settled(http, vote(http, inc, "bo", "peer-approval"));
    await ok(vote(http, inc, "sam", "service-owner-approval"));
    await kill("worker");
    await start("worker");
    await finish(http, inc, 90, look("after-a-vote", 0));
    expect(countOf(await proofOf(inc), "ApprovalGranted")).toBe(2);
    expect(effectsOutside(deployment).commits).toBe(1);
    oneTicket("after-a-vote");
  }, 180_000);

  it("the worker, while a step is in flight: the effect happens once, or a person settles what nobody can tell", async () => {
    const inc = await open("in-flight");
    await prepareSettled(http, inc, checkoutPlan("in-flight"));
    await settled(http, vote(http, inc, "bo", "peer-approval"));
    const begun = until(async () => (await sql.query("select 1 from effects where inc = $1", [inc])).length > 0, 5);
    await ok(vote(http, inc, "sam", "service-owner-approval"));
    await begun;
    await kill("worker");
    await start("worker");
    await finish(http, inc, 120, look("in-flight", 1));
    const proof = await proofOf(inc);
    expect(effectsOutside(deployment).commits).toBe(2);
    oneTicket("in-flight");
    // One success of each step, or a person's word for it.
    const done = proof.events.filter(({ typ, clear }) => typ === "StepSucceeded" || (typ === "StepConfirmed" && (clear as { outcome: string }).outcome === "done"));
    expect(done.map(({ clear }) => (clear as { step: string }).step).sort()).toEqual(["scale", "ticket"]);
  }, 240_000);

  it("the worker, between the claim of a place and the log: the place is kept and the event comes once", async () => {
    const inc = await open("claimed");
    await requireReplicas(deployment, 2);
    const note = await http.post("ana", `/incidents/${inc}/notes`, { text: "Claimed before it was logged." });
    expect(note.status).toBe(202);
    const claimed = await sql.query<{ hash: string; acknowledged: boolean }>(CLAIMS, [inc]);
    expect(claimed.at(-1)).toMatchObject({ acknowledged: false });
    expect(eventsOfLog(await wholeLog(deployment), inc).events).toHaveLength(claimed.length - 1);
    await kill("worker");
    await requireReplicas(deployment, 1);
    await start("worker");
    const result = await settled(http, Promise.resolve(note), 90);
    expect(result.body.events.map(({ typ, hash }: { typ: string; hash: string }) => [typ, hash])).toEqual([["NoteAdded", claimed.at(-1)!.hash]]);
    await settled(http, http.post("ana", `/incidents/${inc}/cancel`, { why: "false-alarm" }));
    expect(countOf(await proofOf(inc), "NoteAdded")).toBe(1);
  }, 180_000);

  it(`the worker, at ${KILLS} random moments of three incidents: nothing lost, no event twice, no effect twice`, async () => {
    const names = ["random-checkout", "random-lab-1", "random-lab-2"];
    const commitsBefore = effectsOutside(deployment).commits;
    const live = async (name: string): Promise<string> => {
      const inc = await open(name);
      const isCheckout = name === "random-checkout";
      await prepareSettled(http, inc, isCheckout ? checkoutPlan(name) : labPlan(name, name.slice("random-".length)));
      await settled(http, vote(http, inc, "bo", "peer-approval"), 120);
      if (isCheckout) await settled(http, vote(http, inc, "sam", "service-owner-approval"), 120);
      await finish(http, inc, 180, look(name, commitsBefore));
      return inc;
    };
    const lives = Promise.all(names.map(live));
    const moments: number[] = [];
    for (let i = 0; i < KILLS; i++) {
      moments.push(Math.round(Math.random() * 1_500));
      await sleep(moments.at(-1));
      await kill("worker");
      await start("worker");
    }
    const incs = await lives.catch((error: Error) => Promise.reject(new Error(`killed after ${moments.join(", ")} ms: ${error.message}`)));
    for (const inc of incs) await proofOf(inc);
    expect(effectsOutside(deployment).commits).toBe(commitsBefore + 1);
    for (const name of names) oneTicket(name);
  }, 300_000);

  it("the builder, in the midst of folding: receipts are made of each event once", async () => {
    const inc = await open("builder-killed");
    const notes = Array.from({ length: 20 }, (_, i) => http.post("ana", `/incidents/${inc}/notes`, { text: `Note ${i}` }));
    await notes[3];
    await kill("builder");
    for (const note of notes) await settled(http, note);
    await settled(http, http.post("ana", `/incidents/${inc}/cancel`, { why: "false-alarm" }));
    expect((await http.get("eve", `/incidents/${inc}/receipt`)).status).not.toBe(500);
    await start("builder");
    expect(countOf(await proofOf(inc), "NoteAdded")).toBe(20);
  }, 90_000);

  it("the api, with a command on its way: the client's repeat is answered as the first would have been", async () => {
    const inc = await open("api-killed");
    const body = { text: "Said once." };
    const send = () => http.post("ana", `/incidents/${inc}/notes`, body, { "idempotency-key": "note-said-once" });
    const lost = send().catch((error: Error) => error);
    await until(async () => (await sql.query("select 1 from commands where command_id = 'note-said-once'")).length > 0, 1);
    await kill("api");
    await lost;
    await start("api");
    const { body: answer } = await settled(http, send());
    expect(answer.events).toHaveLength(1);
    await settled(http, http.post("ana", `/incidents/${inc}/cancel`, { why: "false-alarm" }));
    expect(countOf(await proofOf(inc), "NoteAdded")).toBe(1);
  }, 90_000);

  it("the api, right after it took an alert: the alert becomes an incident when it is back", async () => {
    const taken = await http.alert(alertmanagerPayload({ labels: { service: "taken-then-killed" }, fingerprint: "feedfeedfeedfeed" }));
    await kill("api");
    expect(taken.status).toBe(202);
    await start("api");
    const [{ delivery }] = taken.body.deliveries;
    const opened = "select inc from alert_inbox where delivery = $1 and inc is not null";
    await until(async () => (await sql.query(opened, [delivery])).length > 0, 50);
    const [{ inc }] = (await sql.query<{ inc: string }>(opened, [delivery])) as [{ inc: string }];
    await http.until(inc, ({ phase }) => phase === "open");
    expect((await http.show(inc)).alerts).toHaveLength(1);
  }, 90_000);
});

const CLAIMS = "select hash, acked_at is not null as acknowledged from claims where inc = $1 order by seq";

/** Places to act on that no other incident wants. */
function addTargets({ installation }: Deployment, ...names: readonly string[]): void {
  const file = installation.paths.config;
  const config = parse(readFileSync(file, "utf8")) as { targets: object[] };
  const lab = (name: string) => ({ id: newId("tgt"), name, env: "staging", tier: 3, tags: [], owner: "group:sre" });
  writeFileSync(file, stringify({ ...config, targets: [...config.targets, ...names.map(lab)] }));
}

/** With 2 the broker, which is alone, takes no record of this deployment's topic. */
async function requireReplicas({ env }: Deployment, count: 1 | 2): Promise<void> {
  const admin = new Kafka({ brokers: env.KAFKA_BROKERS!.split(","), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const name = env.COUNTERSIGN_TOPIC!;
  const configs = { ...wantedShape(1).configs, "min.insync.replicas": String(count) };
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }] });
  await admin.disconnect();
}

async function until(seen: () => Promise<boolean>, everyMs: number): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(everyMs)) if (await seen()) return;
  throw new Error("not within 30 s");
}
