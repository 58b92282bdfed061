import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problemsOf } from "../../../incidents/shape.js";
import * as approvals from "../../../services/approvals/asks.js";
import * as evidence from "../../../services/evidence/asks.js";
import type { AskKind } from "../../../services/incidents/ask.js";
import * as asks from "../../../services/incidents/asks.js";
import * as plans from "../../../services/incidents/plan.js";
import { at, INC, ME, meAs, OTHER, ok, planned, recorded, run, serve, TOKEN } from "./client.fixture.js";
import { PLAN_EXAMPLE } from "./plan-example.js";

/** Every body that a command sends is one that the API takes, on a route that it has. */
const KINDS = [
  ...Object.values(asks),
  ...Object.values(plans),
  ...Object.values(approvals),
  ...Object.values(evidence),
] as readonly AskKind<unknown>[];
const paths: Record<string, Record<string, { operationId?: string }>> = JSON.parse(
  readFileSync("docs/openapi.json", "utf8"),
).paths;
const EID = "7a".repeat(16);
const dir = mkdtempSync(join(tmpdir(), "contract-"));
const file = join(dir, "plan.yaml");
writeFileSync(file, PLAN_EXAMPLE);
afterAll(() => rmSync(dir, { recursive: true }));

const LINES: readonly (readonly string[])[] = [
  [
    "incident",
    "open",
    "--title",
    "t",
    "--request",
    "r",
    "--severity",
    "1",
    "--service",
    "a",
    "--service",
    "b",
    "--urgency",
    "low",
    "--drill",
  ],
  ["own", INC, "--to", "ana"],
  ["own", INC],
  ["ack", INC],
  ["join", INC],
  ["leave", INC],
  ["classify", INC, "--class", "availability", "--severity", "2", "--reason", "r"],
  ["note", INC, "text"],
  ["plan", "propose", INC, "--file", file],
  ["plan", "withdraw", INC, "--reason", "r"],
  ["approve", INC, "--comment", "c", "--on-behalf-of", "sam"],
  ["reject", INC],
  ["revoke", INC, "--requirement", "peer-approval"],
  ["evidence", "add", INC, "--type", "log", "--file", file, "--for-plan", "--excerpt", "e"],
  ["evidence", "verify", INC, EID, "--comment", "c"],
  ["start", INC],
  ["stop", INC, "--reason", "r"],
  ["rollback", INC],
  ["confirm", INC, "--step", "route-back", "--outcome", "done", "--file", file, "--reference", "u", "--comment", "c"],
  ["validate", INC, "--outcome", "waived", "--reason", "r"],
  ["resolve", INC, "--reason", "r"],
  ["reopen", INC, "--reason", "r"],
  ["close", INC, "--summary", "s"],
  ["cancel", INC, "--reason", "merged-into", "--other", OTHER, "--comment", "c"],
  ["task", "add", INC, "title", "--owner", "ana", "--due", "2026-03-12T15:00:00+02:00"],
  ["task", "assign", INC, "7a7a", "--to", "bo"],
  ["task", "done", INC, EID, "--comment", "c"],
  ["task", "drop", INC, EID, "--reason", "r"],
];

const operationOf = (path: string): string | undefined =>
  Object.entries(paths).find(
    ([route, methods]) => methods.post && new RegExp(`^${route.replace(/\{[a-z]+\}/g, "[^/]+")}$`).test(path),
  )?.[1].post?.operationId;

describe("what the commands send", () => {
  it.each(LINES.map((line) => [line.join(" ").replaceAll(dir, ""), line] as const))("%s", async (_, line) => {
    const api = await serve({
      [`GET ${at(`/${INC}`)}`]: ok(planned),
      [ME]: meAs("per_bbbbbbbb"),
      [`POST ${at("")}`]: recorded("IncidentOpened"),
      ...anyPost(),
    });
    const { exit, err } = await run({ COUNTERSIGN_TOKEN: TOKEN, COUNTERSIGN_URL: api.url }, ...line);
    await api.close();
    expect({ exit, err: exit === 0 ? "" : err }).toEqual({ exit: 0, err: "" });
    const { path, body } = api.seen.find(({ method }) => method === "POST")!;
    const kind = KINDS.find(({ name }) => name !== undefined && name === operationOf(path));
    expect(kind).toBeDefined();
    expect(problemsOf(kind!.shape, body)).toEqual([]);
  });

  it("covers every route on which a person acts", () => {
    const acts = Object.entries(paths).filter(([route, { post }]) => post && route.startsWith("/v1/orgs/"));
    expect(acts.length).toBeGreaterThan(20);
    expect(LINES.length).toBeGreaterThanOrEqual(acts.length);
  });
});

const anyPost = () =>
  Object.fromEntries(
    Object.keys(paths).map((route) => [
      `POST ${route.replace("{org}", "acme").replace("{inc}", INC).replace("{eid}", EID)}`,
      recorded("NoteAdded"),
    ]),
  );
