import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { at, INC, impact, ok, planned, problem, type Reply, run, serve, TOKEN } from "./client.fixture.js";
import { clientCommands } from "./index.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "client-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function once(routes: Readonly<Record<string, Reply>>, ...args: readonly string[]) {
  const api = await serve(routes);
  const ran = await run({ COUNTERSIGN_TOKEN: TOKEN, COUNTERSIGN_URL: api.url }, ...args);
  await api.close();
  return { ...ran, seen: api.seen };
}

describe("countersign verdict", () => {
  const verdict = (word: string): Reply =>
    ok({
      incident: INC,
      verdict: word,
      code: null,
      plan: "3fa1c2d4".repeat(8),
      at: null,
      validUntil: null,
      missing: [impact],
      nextStep: { kind: "attach-evidence", text: "Attach it." },
    });

  it.each([
    ["ready", 0],
    ["needs-approval", 10],
    ["blocked", 11],
    ["something-new", 11],
  ])("%s exits %i", async (word, exit) => {
    const ran = await once({ [`GET ${at(`/${INC}/verdict`)}`]: verdict(word) }, "verdict", INC);
    expect(ran.exit).toBe(exit);
    expect(ran.out).toContain("safest next step: Attach it.");
  });
});

describe("countersign evidence add", () => {
  const routes = {
    [`GET ${at(`/${INC}`)}`]: ok(planned),
    [`POST ${at(`/${INC}/evidence`)}`]: ok({ commandId: "x", incident: INC, events: [] }),
  };

  it("sends a file's digest and name, never its content", async () => {
    const file = join(dir, "impact.md");
    writeFileSync(file, "canary");
    const { exit, seen } = await once(
      routes,
      "evidence",
      "add",
      INC,
      "--type",
      "impact-statement",
      "--file",
      file,
      "--for-plan",
    );
    expect(exit).toBe(0);
    const digest = createHash("sha256").update("canary").digest("hex");
    expect(seen.at(-1)!.body).toEqual({
      type: "impact-statement",
      digest,
      reference: "file:impact.md",
      plan: planned.plan!.digest,
    });
  });

  it.each([
    [[]],
    [["--digest", "ab".repeat(32)]],
    [["--digest", "ab".repeat(32), "--file", "x"]],
    [["--digest", "xyz", "--reference", "y"]],
  ])("exits 2 on %j", async (args) => {
    expect(await once(routes, "evidence", "add", INC, "--type", "log", ...args)).toMatchObject({ exit: 2, seen: [] });
  });

  it("exits 3 where the file isn't there", async () => {
    expect(await once(routes, "evidence", "add", INC, "--type", "log", "--file", join(dir, "none"))).toMatchObject({
      exit: 3,
      seen: [],
    });
  });
});

describe("countersign plan propose", () => {
  it.each([
    ["title: a\ntitle: b\n", "line 2, column 1"],
    ["- 1\n", "holds no plan"],
    ["a: &x 1\nb: *x\n", "not allowed"],
  ])("refuses %j before it asks anything", async (text, says) => {
    const file = join(dir, "plan.yaml");
    writeFileSync(file, text);
    const { exit, err, seen } = await once({}, "plan", "propose", INC, "--file", file);
    expect([exit, seen]).toEqual([2, []]);
    expect(err).toContain(says);
  });
});

describe("countersign resolve and cancel", () => {
  const routes = (view: object) => ({
    [`GET ${at(`/${INC}`)}`]: ok(view),
    [`POST ${at(`/${INC}/resolve`)}`]: ok({ commandId: "x", incident: INC, events: [] }),
  });

  it.each([
    [{ phase: "verifying", validation: "passed" }, [], { how: "validated" }],
    [{ phase: "verifying", validation: "failed" }, ["--reason", "r"], { how: "waived", reason: "r" }],
    [{ phase: "open" }, ["--reason", "r"], { how: "recovered", reason: "r" }],
  ])("resolves %j as it stands", async (part, args, body) => {
    const { exit, seen } = await once(routes({ ...planned, ...part }), "resolve", INC, ...args);
    expect(exit).toBe(0);
    expect(seen.at(-1)!.body).toEqual(body);
  });

  it("asks for a reason where the check didn't pass, and for the other incident where there is one", async () => {
    expect((await once(routes(planned), "resolve", INC)).err).toContain("REASON_NEEDED");
    expect(await once({}, "cancel", INC, "--reason", "duplicate-of")).toMatchObject({ exit: 2, seen: [] });
    expect(await once({}, "cancel", INC, "--reason", "boredom")).toMatchObject({ exit: 2, seen: [] });
  });
});

describe("countersign receipt get", () => {
  const bytes = '{"a":1,"b":"ä"}';
  const routes = {
    [`GET ${at(`/${INC}/receipt?openings=none`)}`]: {
      status: 200,
      body: bytes,
      type: "application/vnd.countersign.receipt+json",
    },
  };

  it("gives the bytes as they came", async () => {
    expect((await once(routes, "receipt", "get", INC)).out).toBe(bytes);
    const out = join(dir, "receipt.json");
    expect((await once(routes, "receipt", "get", INC, "--out", out)).out).toContain(`countersign verify ${out}`);
    expect(readFileSync(out, "utf8")).toBe(bytes);
    expect(statSync(out).mode & 0o777).toBe(0o600);
  });

  it("exits 1 while there is none", async () => {
    const none = problem(404, "RECEIPT_NOT_READY", "The builder hasn't folded this incident yet.");
    expect(await once({ [`GET ${at(`/${INC}/receipt?openings=none`)}`]: none }, "receipt", "get", INC)).toMatchObject({
      exit: 1,
      out: "",
    });
  });
});

describe("countersign health", () => {
  const since = "2026-03-11T15:00:00.000Z";
  const up = { part: "temporal", state: "up", since, waiting: null, detail: null };
  const down = {
    part: "builder",
    state: "down",
    since,
    waiting: 3,
    detail: null,
    works: "Incidents go on.",
    waits: "Receipts.",
    remedy: "Start `countersign builder`.",
  };

  it("says which part is down, what still works, what waits and what to do, without a token", async () => {
    const { exit, out, seen } = await once(
      { "GET /health": ok({ status: "degraded", at: "2026-03-11T15:02:00.000Z", parts: [up, down] }) },
      "health",
    );
    expect(exit).toBe(1);
    expect(seen[0]!.authorization).toBeUndefined();
    for (const part of [
      "degraded",
      "since 2026-03-11T15:00:00.000Z (2 min ago), 3 waiting",
      "still works: Incidents go on.",
      "what to do: Start",
    ])
      expect(out).toContain(part);
  });

  it("reads a 503 of an API whose store is down, and exits 0 when all is up", async () => {
    expect(
      await once(
        { "GET /health": { status: 503, body: { status: "down", at: since, parts: [down] } } },
        "health",
        "--json",
      ),
    ).toMatchObject({ exit: 1 });
    expect(await once({ "GET /health": ok({ status: "up", at: since, parts: [up] }) }, "health")).toMatchObject({
      exit: 0,
    });
    expect(await once({ "GET /health": ok({ hello: "world" }) }, "health")).toMatchObject({ exit: 3 });
  });
});

describe("every command", () => {
  const leaves = (commands: readonly Command[]): readonly Command[] =>
    commands.flatMap((each) => (each.commands.length > 0 ? leaves(each.commands) : [each]));

  it("shows examples and exit codes in its help, and takes --json", () => {
    const all = leaves(clientCommands());
    expect(all.length).toBeGreaterThan(30);
    for (const command of all) {
      let help = "";
      command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
      expect(help).toContain("$ countersign ");
      if (command.name() !== "example") expect(help).toMatch(/--json[\s\S]*Exit codes: 0/);
    }
  });

  it.each([
    [["incident"]],
    [["incident", "sideways"]],
    [["approve"]],
    [["ack", INC, "--wait", "soon"]],
    [["task", "add", INC, "x", "--due", "tomorrow"]],
  ])("exits 2 on %j", async (args) => {
    expect(await once({}, ...args)).toMatchObject({ exit: 2, seen: [] });
  });
});
