import { utf8 } from "../../incidents/bytes.js";
import { dispatchOnce, settle } from "../../services/alerts/dispatcher.js";
import { takeAlerts } from "../../services/alerts/intake.js";
import { type Ports, WorkflowEnded } from "../../services/ports.js";
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
const alert = (labels: object = LABELS, fingerprint = "aa") => ({
  status: "firing",
  labels,
  annotations: {},
  startsAt: "2026-03-11T15:00:00Z",
  endsAt: "0001-01-01T00:00:00Z",
  fingerprint,
});
const source = { org: ORG, id: SOURCE, kind: "source", name: "alertmanager", roles: [] } as const;
const takeText = (text: string) => takeAlerts(ports, source, utf8(text));
const take = (...alerts: object[]) => takeText(JSON.stringify({ version: "4", alerts }));
const incidents = () => world.workflows.list(ORG, 100);

describe("an alert that can't be read again", () => {
  it("keeps its own key waiting, and no other", async () => {
    const [damaged] = await take(alert());
    await take(alert({ ...LABELS, service: "search" }, "bb"));
    const openBody: Ports["intakeKeys"]["openBody"] = (org, delivery, sealed) => {
      if (delivery === damaged!.delivery) throw new Error("damaged");
      return world.ports.intakeKeys.openBody(org, delivery, sealed);
    };
    const faulty = { ...ports, intakeKeys: { ...ports.intakeKeys, openBody } };
    await expect(dispatchOnce(faulty, ORG)).rejects.toThrow("damaged");
    expect(await dispatchOnce(faulty, ORG)).toBe("sent");
    expect(await incidents()).toHaveLength(1);
    now += 61_000;
    expect(await dispatchOnce(ports, ORG)).toMatch(/sent|planned/);
    expect(await dispatchOnce(ports, ORG)).toMatch(/sent|planned|idle/);
    expect(await incidents()).toHaveLength(2);
  });
});

describe("an alert with names or times that we have no form for", () => {
  it.each([
    ["a label named constructor", '{"constructor":"x"}', "2026-03-11T15:00:00Z"],
    ["a label named __proto__", '{"__proto__":"x"}', "2026-03-11T15:00:00Z"],
    ["a start in the year 10000", "{}", "9999-12-31T23:59:59-01:00"],
  ])("%s goes to triage, and its neighbour goes on", async (_, labels, startsAt) => {
    const odd = `{"status":"firing","labels":${labels},"annotations":{},"startsAt":"${startsAt}","fingerprint":"cc"}`;
    const taken = await takeText(`{"version":"4","alerts":[${odd},${JSON.stringify(alert())}]}`);
    expect(taken.map(({ triage }) => triage)).toEqual([expect.stringMatching(/ALERT_MALFORMED|TIME_INVALID/), null]);
  });
});

describe("a signal that came to nothing", () => {
  it("is sent again once its workflow has ended without opening the incident, and opens another", async () => {
    await take(alert());
    world.workflows.mode = "deaf";
    expect(await dispatchOnce(ports, ORG)).toBe("sent");
    await settle(ports, ORG);
    now += 16 * 60_000;
    await settle(ports, ORG);
    const ended = { ...ports.workflows, signalWithStart: () => Promise.reject(new WorkflowEnded("ended")) };
    expect(await dispatchOnce({ ...ports, workflows: ended }, ORG)).toBe("ended");
    world.workflows.mode = "up";
    now += 60_000;
    expect(await dispatchOnce(ports, ORG)).toBe("sent");
    const opened = (await incidents()).filter(({ inc }) => world.workflows.stateOf(inc)!.phase === "open");
    expect(opened).toHaveLength(1);
  });
});
