import { utf8 } from "../../incidents/bytes.js";
import { dispatchOnce, settle } from "../../services/alerts/dispatcher.js";
import { takeAlerts } from "../../services/alerts/intake.js";
import type { Ports } from "../../services/ports.js";
import { type Fakes, fakes, ORG, SOURCE } from "../../services/testing/fakes.js";
import { migrate } from "../sql/migrate.js";
import { migrations } from "../sql/migrations/index.js";
import { openPglite } from "../sql/pglite.js";
import type { Sql } from "../sql/sql.js";
import { sqlInbox } from "./inbox.js";

let sql: Sql;
let world: Fakes;
let ports: Ports;
let now: number;

beforeAll(async () => {
  sql = await openPglite();
  await migrate(sql, migrations);
});
afterAll(() => sql.close());
beforeEach(async () => {
  await sql.query("truncate alert_inbox, alert_signals, alert_episodes, open_incidents, alert_keys");
  now = Date.now();
  world = fakes();
  ports = { ...world.ports, inbox: sqlInbox(sql, () => world.ports.vault), clock: { now: () => now } };
});

const LABELS = { alertname: "Down", service: "checkout", env: "prod", severity: "critical" };
const alert = (change: object = {}) => ({
  status: "firing",
  labels: LABELS,
  annotations: { summary: "Checkout is down" },
  startsAt: at(0),
  endsAt: "0001-01-01T00:00:00Z",
  fingerprint: "aa",
  ...change,
});
const at = (seconds: number): string => new Date(Date.UTC(2026, 2, 11, 15) + seconds * 1000).toISOString();
const source = { org: ORG, id: SOURCE, kind: "source", name: "alertmanager", roles: [] } as const;
const take = (...alerts: object[]) => takeAlerts(ports, source, utf8(JSON.stringify({ version: "4", alerts })));
const dispatch = () => dispatchOnce(ports, ORG);

/** Turns until nothing is due, a second and a bit after each other. */
async function drain(most = 40): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (let i = 0; i < most; i++) {
    const outcome = await dispatch();
    if (outcome === "idle") break;
    outcomes.push(outcome);
    now += 1_100;
  }
  return outcomes;
}

const incidents = async () => (await world.workflows.list(ORG, 100)).map(({ inc }) => inc);
const typesOf = async (inc: string) => (await sqlFree(inc)).map(({ typ }) => typ);
async function sqlFree(inc: string) {
  const { findIncident } = await import("../../services/incidents/load.js");
  return (await findIncident(world.workflows, ORG, inc))!.events;
}

describe("the inbox", () => {
  it("keeps one row of a thousand identical alerts, and opens one incident", async () => {
    const first = await take(...Array.from({ length: 500 }, () => alert()));
    const second = await take(...Array.from({ length: 500 }, () => alert()));
    expect(new Set([...first, ...second].map(({ delivery }) => delivery)).size).toBe(1);
    expect(second.every(({ repeated }) => repeated)).toBe(true);
    await drain();
    expect((await incidents()).length).toBe(1);
    const [row] = await sql.query<{ repeats: number }>("select repeats from alert_inbox");
    expect(row!.repeats).toBe(999);
    expect((await take(alert()))[0]!.incident).toBe((await incidents())[0]);
  });

  it("holds nothing that can be read", async () => {
    await take(alert({ labels: { ...LABELS, instance: "canary-7f3a" }, fingerprint: "canary-7f3a" }));
    const rows = await sql.query<Record<string, unknown>>(
      "select source, identity, key, triage, state, signal, inc from alert_inbox",
    );
    expect(JSON.stringify(rows)).not.toContain("canary");
  });

  it("counts what waits, and lists what a person must place", async () => {
    await take(alert(), alert({ fingerprint: "" }));
    expect(await ports.inbox.waiting(ORG)).toBe(1);
    expect(await ports.inbox.triage(ORG, 10)).toMatchObject([
      { source: SOURCE, code: "FINGERPRINT_MISSING", repeats: 0 },
    ]);
  });
});

describe("the dispatcher", () => {
  it("tells one incident of all alerts of a key, in order, and of their ends", async () => {
    await take(alert(), alert({ fingerprint: "bb" }));
    await drain();
    await take(alert({ status: "resolved", endsAt: at(60) }));
    await drain();
    const [inc, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(await typesOf(inc!)).toEqual(["IncidentOpened", "AlertFired", "AlertFired", "AlertResolved"]);
  });

  it("keeps keys apart", async () => {
    await take(alert(), alert({ fingerprint: "bb", labels: { ...LABELS, service: "search" } }));
    await drain();
    expect((await incidents()).length).toBe(2);
  });

  it("sends the very same bytes after a crash between plan and mark", async () => {
    await take(alert());
    const sent: string[] = [];
    const crashing = {
      ...ports.workflows,
      signalWithStart: async (_o: string, _i: string, { envelope }: { envelope: string }) => void sent.push(envelope),
    };
    await expect(
      dispatchOnce(
        { ...ports, workflows: crashing, inbox: { ...ports.inbox, sent: () => Promise.reject(new Error("crash")) } },
        ORG,
      ),
    ).rejects.toThrow("crash");
    expect(await dispatch()).toBe("idle");
    now += 31_000;
    expect(await dispatchOnce({ ...ports, workflows: crashing }, ORG)).toBe("sent");
    expect(sent.length).toBe(2);
    expect(sent[0]).toBe(sent[1]);
  });

  it("waits while Temporal is down, and loses nothing", async () => {
    await take(alert());
    world.workflows.mode = "down";
    expect(await dispatch()).toBe("postponed");
    expect(await dispatch()).toBe("idle");
    world.workflows.mode = "up";
    now += 3_000;
    expect(await dispatch()).toBe("sent");
    expect((await incidents()).length).toBe(1);
  });

  it("opens another incident, linked to the one that has ended", async () => {
    await take(alert());
    await drain();
    const [first] = await incidents();
    await end(first!);
    await take(alert({ startsAt: at(600) }));
    now += 60_000;
    expect((await drain()).slice(0, 2)).toEqual(["ended", "sent"]);
    const [second] = (await incidents()).filter((inc) => inc !== first);
    expect((await sqlFree(second!))[0]!.clear).toMatchObject({ openedBy: "alert", linkedTo: first });
  });

  it("turns what a storm brings past its rate into one count", async () => {
    await take(...Array.from({ length: 30 }, (_, i) => alert({ fingerprint: `f${i}` })));
    await dispatch();
    now += 61_000;
    expect(await drain(3)).toContain("sent");
    const [inc] = await incidents();
    const events = await sqlFree(inc!);
    const fired = events.filter(({ typ }) => typ === "AlertFired").length;
    expect(fired).toBeLessThan(30);
    expect(await ports.inbox.waiting(ORG)).toBe(30 - fired - suppressedOf(events));
  });

  it("deletes bodies once an event names them", async () => {
    await take(alert());
    await drain();
    expect((await sql.query("select 1 from alert_inbox where body is not null")).length).toBe(1);
    await settle(ports, ORG);
    expect(await sql.query("select state, body, body_key from alert_inbox")).toEqual([
      { state: "done", body: null, body_key: null },
    ]);
  });
});

const suppressedOf = (events: Awaited<ReturnType<typeof sqlFree>>): number =>
  events
    .filter(({ typ }) => typ === "AlertsSuppressed")
    .reduce((n, { clear }) => n + (clear as { count: number }).count, 0);

/** Cancels an incident as a person would. */
async function end(inc: string): Promise<void> {
  const { submit } = await import("../../services/incidents/submit.js");
  const by = { org: ORG, id: "per_ana00000", kind: "person", name: "ana", roles: [] } as const;
  const answer = await submit(world.ports, {
    org: ORG,
    inc,
    commandId: `cancel-${inc}`,
    by,
    address: "127.0.0.1",
    request: {},
    opens: false,
    prepare: async () => ({ body: { type: "cancel", reason: "false-alarm", other: null }, words: {} }),
  });
  expect(answer.status).toBe(200);
}
