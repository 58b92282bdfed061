import { type Alert, correlate, type Episode, type KeyState, type SourceRules, turnOf } from "./correlate.js";

const RULES: SourceRules = {
  id: "src_alerts00",
  correlateBy: ["alertname", "service"],
  class: "availability",
  severityLabel: "severity",
  severities: { critical: { severity: 1, urgency: "high" } },
  serviceLabels: ["service"],
  drill: false,
};
const LABELS = { alertname: "Down", service: "checkout", severity: "critical" };
const alert = (change: Partial<Alert> = {}): Alert => ({
  status: "firing",
  fingerprint: "aa",
  labels: LABELS,
  annotations: {},
  startsAt: at(0),
  endsAt: null,
  url: null,
  ...change,
});
const at = (seconds: number): string => new Date(Date.UTC(2026, 2, 11, 15, 0, 0) + seconds * 1000).toISOString();

describe("correlation", () => {
  it("goes by the chosen labels alone, in any order", () => {
    const one = correlate(alert(), RULES);
    const other = correlate(alert({ fingerprint: "bb", labels: { instance: "2", ...LABELS } }), {
      ...RULES,
      correlateBy: ["service", "alertname"],
    });
    expect(one).toEqual(other);
    expect(one).toMatchObject({ class: "availability", severity: 1, urgency: "high", services: ["checkout"] });
  });

  it.each([
    ["FINGERPRINT_MISSING", alert({ fingerprint: "" })],
    ["LABEL_MISSING", alert({ labels: { alertname: "Down", severity: "critical" } })],
    ["LABEL_MISSING", alert({ labels: { ...LABELS, service: "" } })],
    ["LABEL_TOO_LONG", alert({ labels: { ...LABELS, x: "é".repeat(513) } })],
    [
      "TOO_MANY_LABELS",
      alert({ labels: { ...LABELS, ...Object.fromEntries(Array.from({ length: 62 }, (_, i) => [`l${i}`, ""])) } }),
    ],
    ["SEVERITY_UNMAPPED", alert({ labels: { ...LABELS, severity: "constructor" } })],
  ])("leaves to a person what would be a guess: %s", (triage, unclear) => {
    expect(correlate(unclear, RULES)).toEqual({ triage });
  });

  it("takes what is just within its limits", () => {
    const labels = {
      ...LABELS,
      x: "é".repeat(512),
      ...Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`l${i}`, ""])),
    };
    expect(correlate(alert({ labels }), RULES)).toHaveProperty("key");
  });
});

const INC = "inc_00000000000000000000000001";
const IDLE: KeyState = { open: null, lastEnded: null, nextEpisode: 1 };
const busy = (change: Partial<NonNullable<KeyState["open"]>> = {}): KeyState => ({
  open: { inc: INC, alerts: 1, lastSignalAt: at(0), ...change },
  lastEnded: null,
  nextEpisode: 2,
});
const firing: Episode = { number: 1, startsAt: at(0), firing: true, inc: INC };
const fired = { status: "firing", startsAt: at(0), receivedAt: at(0) } as const;
const over = { status: "resolved", startsAt: at(0), receivedAt: at(5) } as const;

describe("an alert that waits", () => {
  it("opens an incident where its key has none, linked to the one before", () => {
    expect(turnOf(fired, null, { ...IDLE, lastEnded: INC }, at(1))).toEqual({
      kind: "fire",
      episode: 1,
      inc: null,
      linkedTo: INC,
      isNew: true,
    });
  });

  it("joins the open one", () => {
    expect(turnOf(fired, null, busy(), at(1))).toEqual({
      kind: "fire",
      episode: 2,
      inc: INC,
      linkedTo: null,
      isNew: true,
    });
  });

  it("is dropped where its episode is over or known, and taken where it began anew", () => {
    expect(turnOf(fired, { ...firing, firing: false }, busy(), at(9)).kind).toBe("drop");
    expect(turnOf({ ...fired, startsAt: at(-60) }, firing, busy(), at(9)).kind).toBe("drop");
    expect(turnOf({ ...fired, startsAt: at(60) }, firing, busy(), at(61))).toMatchObject({
      kind: "fire",
      isNew: false,
      episode: 2,
    });
  });

  it("ends the episode that it began, and no other", () => {
    expect(turnOf(over, firing, busy(), at(9))).toEqual({ kind: "resolve", episode: 1, inc: INC });
    expect(turnOf(over, null, busy(), at(9)).kind).toBe("drop");
    expect(turnOf(over, { ...firing, firing: false }, busy(), at(9)).kind).toBe("drop");
    expect(turnOf(over, firing, IDLE, at(9)).kind).toBe("drop");
    expect(turnOf({ ...over, startsAt: at(1) }, firing, busy(), at(9)).kind).toBe("drop");
  });
});

describe("a storm", () => {
  it("tells an incident one alert a second", () => {
    expect(turnOf(fired, null, busy({ lastSignalAt: at(10) }), at(10.5))).toEqual({ kind: "wait", until: at(11) });
    expect(turnOf(fired, null, busy({ lastSignalAt: at(10) }), at(11)).kind).toBe("fire");
  });

  it("becomes a count past 200 distinct alerts, once a minute", () => {
    const full = busy({ alerts: 200 });
    expect(turnOf(fired, null, full, at(30))).toEqual({ kind: "wait", until: at(60) });
    expect(turnOf(fired, null, full, at(60))).toEqual({ kind: "suppress", inc: INC });
    expect(turnOf(over, firing, full, at(30)).kind).toBe("resolve");
  });
});
