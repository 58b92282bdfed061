import { at, INC, ok, planned, run, serve, TOKEN } from "./client.fixture.js";
import { incidentLines } from "./show.js";
import { paintFor } from "./text.js";
import type { IncidentView } from "./view.js";

const NOW = Date.parse("2026-03-11T15:12:00.000Z");
const plainPaint = paintFor({ isTTY: false });
const shown = (view: IncidentView): string => incidentLines(view, plainPaint, NOW).join("\n");

/** Each part is there, and after the one before it. */
function expectOrder(text: string, ...parts: readonly string[]): void {
  let from = 0;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    expect({ part, found: found >= 0 }).toEqual({ part, found: true });
    from = found + part.length;
  }
}

describe("an incident on one screen", () => {
  it("begins with what it is and what must happen next, and fits on a screen", () => {
    const text = shown(planned);
    expectOrder(
      text,
      "Checkout is slow",
      "PLANNED  SEV-1",
      "owner nobody yet",
      "opened 12 min ago",
      "NEXT",
      "Attach impact-statement",
      "$ countersign evidence add",
      "PLAN",
      "GATE",
      "APPROVALS",
      "EVIDENCE",
      "TASKS",
      "RECEIPT",
    );
    expect(text.split("\n").length).toBeLessThan(30);
  });

  it("says what the gate misses and the safest next step", () => {
    const text = shown(planned);
    for (const line of [
      "blocked at gate start, event 5, policy demo abababababab",
      "- missing: evidence impact-statement from role:responder (absent)",
      "- missing: 1 approval for peer-approval from group:sre",
      "safest next step: Attach impact-statement, from role:responder.",
    ])
      expect(text).toContain(line);
  });

  it("shows each step with its target, how it is undone, and where it stands", () => {
    const run = {
      steps: { "route-back": { status: "unknown", seq: 9, decision: null, approvals: [], rollback: "pending" } },
      inFlight: { seq: 9, step: "route-back", rollback: false, unknown: true },
      stopRequested: true,
      rollingBack: false,
      held: null,
    } as const;
    const text = shown({
      ...planned,
      phase: "executing",
      run,
      nextRequiredAction: {
        kind: "settle-outcome",
        who: "responder",
        text: "Look whether step route-back took effect, and confirm.",
      },
    });
    expect(text).toContain("1. route-back  git set  checkout-prod  5 min  unknown  undo: revert (5 min)");
    expect(text).toContain("outcome UNKNOWN");
    expect(text).toContain("stop requested");
    expect(text).toContain("$ countersign confirm inc_4k2v9x7m3q1z8w5t6y0p2r4s6d --step route-back --outcome done");
  });

  it("is useful before there is any plan, and marks a drill first", () => {
    const text = shown({
      ...planned,
      phase: "open",
      drill: true,
      plan: null,
      gate: null,
      nextRequiredAction: { kind: "take-ownership", who: "responder", text: "Take ownership of the incident." },
    });
    expect(text.startsWith("DRILL")).toBe(true);
    expect(text).toContain(`$ countersign own ${INC}`);
    expect(text).toContain("PLAN      none yet");
    expect(text).toContain("GATE      not asked yet");
  });

  it("says what no vote mends, and where the decision can't be computed again", () => {
    const control = {
      id: "no-conflict",
      title: "",
      outcome: "violated",
      code: "TARGET_BUSY",
      because: ["Another action holds tgt_aaaaaaaa."],
    } as const;
    expect(shown({ ...planned, gate: { ...planned.gate!, controls: [control] } })).toContain(
      "- no-conflict violated: Another action holds tgt_aaaaaaaa.",
    );
    const { missing: _, nextStep: __, controls: ___, discounted: ____, ...bare } = planned.gate!;
    expect(shown({ ...planned, gate: bare })).toContain("can't be read here");
  });

  it("has no colour without a terminal or with NO_COLOR", () => {
    expect(shown(planned)).not.toContain("\u001b");
    const before = process.env.NO_COLOR;
    delete process.env.NO_COLOR;
    expect(paintFor({ isTTY: true })("bold", "x")).toContain("\u001b[1m");
    process.env.NO_COLOR = "1";
    expect(paintFor({ isTTY: true })("bold", "x")).toBe("x");
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  });
});

describe("lists", () => {
  const env = (url: string) => ({ COUNTERSIGN_TOKEN: TOKEN, COUNTERSIGN_URL: url });

  it("print the API's answer as it is with --json", async () => {
    const answer = { incidents: [{ ...planned, extra: "kept" }] };
    const api = await serve({
      [`GET ${at("?limit=20")}`]: ok(answer),
      "GET /v1/orgs/acme/triage?limit=50": ok({ items: [] }),
    });
    expect(JSON.parse((await run(env(api.url), "incident", "list", "--json")).out)).toEqual(answer);
    expect((await run(env(api.url), "incident", "list")).out).toMatch(
      /^inc_\S+ {2}planned {2}SEV-1 {2}\d+ d ago {2}no owner {2}Checkout is slow {2}Attach impact-statement, from role:responder\.\n$/,
    );
    expect((await run(env(api.url), "triage", "list")).out).toBe("Nothing waits for triage.\n");
    await api.close();
  });

  it("show tasks by the short ids that other commands take", async () => {
    const api = await serve({ [`GET ${at(`/${INC}`)}`]: ok(planned) });
    expect((await run(env(api.url), "task", "list", INC)).out).toBe(
      "7a7a7a7a  open  nobody's  no due time  Write the review\n",
    );
    await api.close();
  });
});
