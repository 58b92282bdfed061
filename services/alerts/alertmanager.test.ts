import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { utf8 } from "../../incidents/bytes.js";
import { readAlertmanager } from "./alertmanager.js";

const CAPTURES = fileURLToPath(new URL("../../../shared/captures", import.meta.url));
const captured = (): readonly string[] => {
  const files = readdirSync(CAPTURES).filter((name) => name.endsWith(".jsonl"));
  const lines = files.flatMap((name) => readFileSync(join(CAPTURES, name), "utf8").trim().split("\n"));
  return lines.map((line) => (JSON.parse(line) as { body: string }).body);
};

const one = (alert: object) => readAlertmanager(utf8(JSON.stringify({ version: "4", alerts: [alert] })))[0]!;
const ALERT = {
  status: "firing",
  labels: { alertname: "A" },
  annotations: {},
  startsAt: "2026-11-22T11:00:00Z",
  endsAt: "0001-01-01T00:00:00Z",
  fingerprint: "aa",
};

describe("real Alertmanager traffic", () => {
  if (!existsSync(CAPTURES) && !process.env.CI) {
    it.skip(`no captures at ${CAPTURES}`, () => {});
    return;
  }

  it("is read whole", () => {
    const alerts = captured().flatMap((body) => readAlertmanager(utf8(body)));
    expect(alerts.length).toBeGreaterThan(20);
    expect(alerts.filter((read) => !("alert" in read))).toEqual([]);
  });

  it("has resolved alerts under a top-level status of firing, and each keeps its own", () => {
    const mixed = captured().find(
      (body) => (JSON.parse(body) as { status: string }).status === "firing" && body.includes('"status":"resolved"'),
    );
    const statuses = readAlertmanager(utf8(mixed!)).map((read) => ("alert" in read ? read.alert.status : null));
    expect(new Set(statuses)).toEqual(new Set(["firing", "resolved"]));
  });
});

describe("an alert", () => {
  it("has times in milliseconds of UTC, and no end while it fires", () => {
    const read = one({ ...ALERT, startsAt: "2026-11-22T12:00:00.123456789+01:00" });
    expect(read).toMatchObject({ alert: { startsAt: "2026-11-22T11:00:00.123Z", endsAt: null } });
  });

  it("may have members that we don't know yet", () => {
    expect(one({ ...ALERT, notification_reason: "new" })).toHaveProperty("alert");
  });

  it.each([
    ["ALERT_MALFORMED", { ...ALERT, status: "maybe" }],
    ["ALERT_MALFORMED", { ...ALERT, labels: { alertname: 1 } }],
    ["ALERT_MALFORMED", { ...ALERT, labels: { alertname: "\ud800" } }],
    ["ALERT_MALFORMED", {}],
    ["TIME_INVALID", { ...ALERT, startsAt: "2026-13-40T11:00:00Z" }],
    ["TIME_INVALID", { ...ALERT, status: "resolved", endsAt: "0001-01-01T00:00:00Z" }],
    ["ALERT_TOO_LARGE", { ...ALERT, annotations: { summary: "x".repeat(70_000) } }],
  ])("that can't be read keeps its bytes: %s", (unreadable, alert) => {
    expect(one(alert)).toEqual({ unreadable, raw: JSON.stringify(alert) });
  });

  it("without a usable fingerprint is left to triage, not lost", () => {
    for (const fingerprint of ["", undefined, 7, "a".repeat(129), "a b"])
      expect(one({ ...ALERT, fingerprint })).toMatchObject({ alert: { fingerprint: "" } });
  });
});

it("refuses bodies in which no alert can be told apart", () => {
  const codeOf = (body: string): unknown => {
    try {
      return readAlertmanager(utf8(body)).length;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(codeOf("{")).toBe("BODY_NOT_JSON");
  expect(codeOf("[]")).toBe("BODY_INVALID");
  expect(codeOf('{"version":"4"}')).toBe("BODY_INVALID");
  expect(codeOf('{"version":"1","alerts":[]}')).toBe("BODY_INVALID");
  expect(codeOf(`{"version":"4","alerts":[${"{},".repeat(5_000)}{}]}`)).toBe("BODY_TOO_LARGE");
});
