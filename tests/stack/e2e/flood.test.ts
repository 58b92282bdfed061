import { setTimeout as sleep } from "node:timers/promises";
import { jest } from "@jest/globals";
import { openPostgres } from "../../../infra/sql/postgres.js";
import { type Deployment, deploy, type Process } from "../support/deployment.js";
import { type Http, httpOf, type Reply } from "../support/http.js";
import { alertNamed, eventsOf, incidentOf, placeOf, typesOf } from "./look.js";

jest.setTimeout(90_000);

let deployment: Deployment;
let up: Process;
let http: Http;

beforeAll(async () => {
  deployment = await deploy();
  up = await deployment.start("up");
  http = httpOf(deployment, up);
}, 90_000);
afterAll(() => deployment?.dispose(), 30_000);

const AT_ONCE = 20;

/** Sends `count` alerts, so many at once, and answers every reply in the order in which it was asked. */
async function flood(count: number, bodyOf: (i: number) => object): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) replies[i] = await http.alert(bodyOf(i));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return replies;
}

const statuses = (replies: readonly Reply[]): Record<number, number> =>
  Object.fromEntries([200, 202].map((status) => [status, replies.filter((reply) => reply.status === status).length]));
const incidents = async (): Promise<readonly string[]> =>
  (await http.get("ana", "/incidents?limit=100")).body.incidents.map(({ inc }: { inc: string }) => inc);
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} ([0-9]+)`, "m").exec((await http.raw("/metrics", {})).body)?.[1] ?? 0);

async function repeatsOf(delivery: string): Promise<number> {
  const sql = openPostgres({ url: deployment.env.DATABASE_URL!, poolSize: 1, warn: () => {} });
  const [row] = await sql.query<{ repeats: number }>("select repeats from alert_inbox where delivery = $1", [delivery]);
  await sql.close();
  return row!.repeats;
}

/** Waits until the dispatcher has nothing left to do. */
const untilDispatched = async (): Promise<void> => {
  for (let i = 0; (await metric("countersign_alerts_waiting")) > 0; i++) {
    if (i > 600) throw new Error("alerts still wait");
    await new Promise((done) => setTimeout(done, 100));
  }
};

describe("a storm of one alert", () => {
  it("1,000 times the same is one incident with one firing, and every repeat is counted", async () => {
    const replies = await flood(1_000, () => alertNamed("Storm"));
    expect(statuses(replies)).toEqual({ 200: 999, 202: 1 });
    const deliveries = new Set(replies.map(({ body }) => body.deliveries[0].delivery));
    expect(deliveries.size).toBe(1);
    expect(await repeatsOf([...deliveries][0])).toBe(999);
    expect(await metric('countersign_alerts_total{fate="repeated"}')).toBe(999);
    const inc = await placeOf(http, alertNamed("Storm"));
    expect(await incidents()).toEqual([inc]);
    expect(typesOf(await eventsOf(http, inc))).toEqual(["IncidentOpened", "AlertFired"]);
  });

  it("twin Alertmanagers, whose bodies differ, make one incident", async () => {
    const before = await incidents();
    const replies = await flood(40, (i) => ({
      ...alertNamed("Twins"),
      externalURL: `http://alertmanager-${i % 2}.example`,
      groupKey: `{}:${i % 2}`,
    }));
    expect(statuses(replies)).toEqual({ 200: 39, 202: 1 });
    const inc = await placeOf(http, alertNamed("Twins"));
    expect(await incidents()).toEqual([inc, ...before]);
    expect(typesOf(await eventsOf(http, inc))).toEqual(["IncidentOpened", "AlertFired"]);
  });
});

describe("which incident an alert belongs to", () => {
  it("a late firing of an episode that is over, at its start or before, changes nothing", async () => {
    const over = { startsAt: "2026-03-11T15:00:00.000Z" };
    const inc = await incidentOf(http, "Late", over);
    expect((await http.alert(alertNamed("Late", { ...over, status: "resolved" }))).status).toBe(202);
    await http.until(inc, ({ alerts }) => !alerts[0].firing);
    const events = await eventsOf(http, inc);
    expect(typesOf(events)).toEqual(["IncidentOpened", "AlertFired", "AlertResolved"]);
    expect((await http.alert(alertNamed("Late", over))).status).toBe(200);
    expect((await http.alert(alertNamed("Late", { startsAt: "2026-03-11T14:00:00.000Z" }))).status).toBe(202);
    await untilDispatched();
    expect(await eventsOf(http, inc)).toEqual(events);
    expect(await http.show(inc)).toMatchObject({ phase: "open" });
  });

  it("two correlation keys are two incidents; a second alert of a key joins the first", async () => {
    const before = await incidents();
    const cart = await incidentOf(http, "TwoServices", { labels: { service: "cart" }, fingerprint: "aaaa" });
    const search = await incidentOf(http, "TwoServices", { labels: { service: "search" }, fingerprint: "bbbb" });
    const joined = await incidentOf(http, "TwoServices", {
      labels: { service: "cart", pod: "cart-2" },
      fingerprint: "cccc",
    });
    expect([search === cart, joined]).toEqual([false, cart]);
    await http.until(cart, ({ alerts }) => alerts.length === 2);
    expect((await incidents()).length - before.length).toBe(2);
  });
});

describe("while Temporal can't be reached", () => {
  const names = Array.from({ length: 5 }, (_, i) => `Outage${i}`);
  let waiting = "";

  it("alerts are stored and answered, and the API says what waits", async () => {
    const known = await incidents();
    await up.stop();
    const api = await withoutTemporal(() => deployment.start("api"));
    http = httpOf(deployment, api);
    const replies = await flood(50, (i) => alertNamed(names[i % names.length]!));
    expect(statuses(replies)).toEqual({ 200: 45, 202: 5 });
    expect(await incidents()).toEqual(known);
    const health = await http.raw("/health", {});
    expect([health.status, health.body.status]).toEqual([200, "degraded"]);
    expect(health.body.parts).toContainEqual(
      expect.objectContaining({
        part: "temporal",
        state: "down",
        waits: expect.any(String),
        remedy: expect.any(String),
      }),
    );
    waiting = known[0]!;
    expect((await http.post("ana", `/incidents/${waiting}/notes`, { text: "Taken meanwhile." })).status).toBe(202);
    expect((await http.show(waiting)).phase).toBe("open");
    expect(await api.stop()).toBe(0);
  });

  it("they are delivered once it is back, each exactly once", async () => {
    http = httpOf(deployment, await deployment.start("up"));
    const opened: string[] = [];
    for (const name of names) opened.push(await placeOf(http, alertNamed(name)));
    expect(new Set(opened).size).toBe(names.length);
    for (const inc of opened) expect(typesOf(await eventsOf(http, inc))).toEqual(["IncidentOpened", "AlertFired"]);
  });

  it("the command that was taken meanwhile is carried out, without its sender", async () => {
    const notes = async () => typesOf(await eventsOf(http, waiting)).filter((typ) => typ === "NoteAdded").length;
    for (let i = 0; i < 100 && (await notes()) === 0; i++) await sleep(100);
    expect(await notes()).toBe(1);
  });

  /** A process that is started meanwhile finds nobody at Temporal's address. */
  async function withoutTemporal(start: () => Promise<Process>): Promise<Process> {
    const { TEMPORAL_ADDRESS } = deployment.env;
    deployment.env.TEMPORAL_ADDRESS = "127.0.0.1:9";
    return start().finally(() => {
      deployment.env.TEMPORAL_ADDRESS = TEMPORAL_ADDRESS;
    });
  }
});
