import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, listening } from "../../../services/testing/client.js";
import { run } from "./client.fixture.js";

/** The commands against the real API over its ports in memory: what they send is taken, and what they show is what it answers. */
let api: Client;
let dir: string;
beforeAll(async () => {
  api = await listening();
  dir = mkdtempSync(join(tmpdir(), "story-"));
  writeFileSync(join(dir, "plan.json"), JSON.stringify(PLAN));
});
afterAll(async () => {
  await api.close();
  rmSync(dir, { recursive: true });
});

const PLAN = {
  title: "Roll back",
  request: "Return to 41",
  risk: "high",
  executor: "ana",
  steps: [
    {
      id: "deploy",
      connector: "manual",
      action: "instruct",
      targets: ["checkout-prod"],
      params: { instructions: "Return to 41." },
      rollback: { none: "It is one." },
      expectedMinutes: 5,
      rollbackMinutes: 0,
    },
  ],
  successCheck: { kind: "person", person: "bo", instructions: "Look at the graph." },
};

const as = (who: string, ...args: readonly string[]) =>
  run({ COUNTERSIGN_TOKEN: who, COUNTERSIGN_ORG: "acme", COUNTERSIGN_URL: api.url }, ...args);

async function done(who: string, ...args: readonly string[]): Promise<string> {
  const { exit, out, err } = await as(who, ...args);
  expect({ args, exit, err: exit === 0 ? "" : err }).toEqual({ args, exit: 0, err: "" });
  return out;
}

const show = async () => JSON.parse(await done("ana", "incident", "show", "latest", "--json"));

it("runs an incident from its opening to a ready gate, with the author's own vote refused", async () => {
  expect(
    await done(
      "ana",
      "incident",
      "open",
      "--title",
      "Checkout is down",
      "--request",
      "Bring it back",
      "--severity",
      "1",
    ),
  ).toContain("IncidentOpened");
  expect(await done("ana", "own", "latest")).toContain("OwnerAssigned");
  expect(await done("ana", "plan", "propose", "latest", "--file", join(dir, "plan.json"))).toContain("PlanProposed");
  expect((await as("ci", "verdict", "latest")).exit).toBe(11);

  const screen = await done("ana", "incident", "show", "latest");
  for (const part of [
    "Checkout is down",
    "Roll back",
    "manual instruct",
    "checkout-prod",
    "impact-statement",
    "$ countersign evidence add",
  ])
    expect(screen).toContain(part);

  await done("bo", "evidence", "add", "latest", "--type", "impact-statement", "--file", join(dir, "plan.json"));
  const hint = /\$ countersign (evidence verify .*)/.exec(await done("ana", "incident", "show", "latest"))![1]!;
  expect(await done("sam", ...hint.split(" "))).toContain("EvidenceVerified");
  expect((await as("ci", "verdict", "latest")).exit).toBe(10);

  const own = await as("ana", "approve", "latest", "--requirement", "peer-approval");
  expect(own.exit).toBe(1);
  expect(own.err).toContain("CONFLICT_OF_DUTIES: ");

  const unsaid = await as("ana", "approve", "latest");
  expect(unsaid.exit).toBe(1);
  expect(unsaid.err).toMatch(/NOT_ELIGIBLE: [\s\S]*peer-approval: bo[\s\S]*service-owner-approval: sam/);
  expect(await done("bo", "approve", "latest")).toMatch(/ApprovalGranted +bo /);
  expect(
    await done("sam", "approve", "latest", "--comment", "Go", "--plan", (await show()).plan.digest.slice(0, 12)),
  ).toContain("ApprovalGranted");
  expect((await as("ci", "verdict", "latest")).exit).toBe(0);
  expect(await done("ana", "incident", "show", "latest")).toMatch(/APPROVALS approve peer-approval by bo/);
});

it("takes votes back, and names incidents by their beginning", async () => {
  const { inc } = await show();
  expect(await done("bo", "revoke", inc.slice(0, 12))).toContain("ApprovalRevoked");
  expect(await done("bo", "approve", inc.slice(0, 12))).toContain("ApprovalGranted");
});

it("adds, assigns, completes and drops tasks by their short ids", async () => {
  await done("ana", "task", "add", "latest", "Write the review", "--owner", "bo", "--due", "2030-01-01T00:00:00Z");
  await done("ana", "task", "add", "latest", "Undo the override");
  const tasks: readonly { eid: string; title: string }[] = JSON.parse(
    await done("ana", "task", "list", "latest", "--json"),
  );
  const short = (title: string) => tasks.find((task) => task.title === title)!.eid.slice(0, 10);
  await done("ana", "task", "assign", "latest", short("Undo the override"), "--to", "ana");
  await done("bo", "task", "done", "latest", short("Write the review"), "--comment", "There");
  await done("ana", "task", "drop", "latest", short("Undo the override"), "--reason", "There is none");
  expect(await done("ana", "task", "list", "latest")).toMatch(/done[\s\S]*dropped|dropped[\s\S]*done/);
});

it("goes on to the end, and `watch` ends with it", async () => {
  await done("bo", "note", "latest", "Traffic is normal");
  await done("ana", "plan", "withdraw", "latest", "--reason", "It recovered");
  await done("ana", "resolve", "latest", "--reason", "It recovered by itself");
  await done("ana", "reopen", "latest", "--reason", "It is back");
  await done("ana", "resolve", "latest", "--reason", "Gone again");
  await done("ana", "close", "latest", "--summary", "Release 42");
  const lines = (await done("eve", "incident", "watch", "latest", "--json"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i));
  expect(lines.at(-1).typ).toBe("IncidentClosed");
  const late = await as("ana", "note", "latest", "Too late");
  expect(late).toMatchObject({ exit: 1 });
  expect(late.err).toContain("INCIDENT_CLOSED: ");
  expect(await done("ana", "incident", "show", "latest")).toContain("CLOSED");
});

it("shows people by their names, wherever a person reads", async () => {
  const inc = (await done("bo", "incident", "open", "--title", "t", "--request", "r", "--severity", "2")).match(
    /inc_\S+/,
  )![0];
  const said = [
    await done("ana", "own", inc, "--to", "sam"),
    await done("ana", "plan", "propose", inc, "--file", join(dir, "plan.json")),
    await done("ana", "evidence", "add", inc, "--type", "impact-statement", "--file", join(dir, "plan.json")),
    (await as("bo", "approve", inc)).err,
    await done("ana", "task", "add", inc, "Write the review", "--owner", "bo"),
    await done("ana", "task", "list", inc),
    await done("ana", "incident", "show", inc),
    await done("ana", "incident", "list"),
    await done("ana", "cancel", inc, "--reason", "false-alarm"),
    await done("eve", "incident", "watch", inc),
  ].join("\n");
  for (const name of ["by ana", "owner sam", "bo looks", "PlanProposed"]) expect(said).toContain(name);
  expect(said).not.toMatch(/per_|src_/);
});

it("tells who may not act, and of a token of another organisation", async () => {
  expect((await as("eve", "note", "latest", "x")).err).toContain("ROLE_MISSING: ");
  expect((await as("stranger", "incident", "list")).err).toContain("WRONG_ORG: ");
  expect(await done("eve", "incident", "list")).toContain("closed");
  expect(await done("ana", "triage", "list")).toContain("Nothing waits");
});
