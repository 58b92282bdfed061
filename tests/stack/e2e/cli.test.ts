import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { jest } from "@jest/globals";
import { blocks } from "../../architecture/documented-commands.js";
import { type Deployment, deploy, type Process } from "../support/deployment.js";
import { httpOf } from "../support/http.js";
import { countersign, type Ended, emptyFolder, removeFolders } from "./program.js";

jest.setTimeout(90_000);

let deployment: Deployment;
let up: Process;

beforeAll(async () => {
  deployment = await deploy();
  up = await deployment.start("up");
}, 90_000);
afterAll(() => deployment?.dispose().finally(removeFolders), 30_000);

/** The program as one person runs it: only the two settings that the README names. */
const as = (who: string, words: readonly string[], input?: string): Promise<Ended> =>
  countersign(words, {
    env: { COUNTERSIGN_URL: up.url, COUNTERSIGN_TOKEN: deployment.installation.tokens[who] },
    ...(input === undefined ? {} : { input }),
  });

/** With `--json`, standard output is one document whatever the exit code. */
async function json(who: string, ...words: readonly string[]) {
  const { code, stdout, stderr } = await as(who, [...words, "--json"]);
  return { code, stderr, document: JSON.parse(stdout) };
}

const opened = async (title: string): Promise<string> =>
  (
    await json(
      "ana",
      "incident",
      "open",
      "--title",
      title,
      "--request",
      "Bring p95 below 500 ms",
      "--severity",
      "1",
      "--service",
      "checkout",
    )
  ).document.incident;

describe("the README's first ten minutes", () => {
  const section = /^## The first ten minutes[\s\S]*?(?=^## )/m.exec(readFileSync("README.md", "utf8"))![0];
  const [, open, work] = blocks(section, "sh");
  const [plan] = blocks(section, "yaml");

  /** Where a person would look first, the script waits; where the README says EID, it reads one. */
  const script = () => `
countersign() { "${process.execPath}" "${resolve("dist/infra/main/cli.js")}" "$@"; local code=$?; printf '%s %s\\n' $code "$1" >> codes; return $code; }
look() { "${process.execPath}" "${resolve("dist/infra/main/cli.js")}" incident show latest --json; }
until_next() { for i in $(seq 60); do [ "$(look | node -p 'JSON.parse(fs.readFileSync(0)).nextRequiredAction.kind')" = "$1" ] && return; sleep 0.2; done; echo "never came to $1" >&2; exit 9; }
${open}
${work!
  .replace("EID", "$(look | node -p 'JSON.parse(fs.readFileSync(0)).evidence.have[0].eid')")
  .replace(/^countersign confirm/m, "until_next confirm-step\n$&")
  .replace(/^(COUNTERSIGN_TOKEN=\S+ sam\) )?countersign validate/m, "until_next validate\n$&")}
`;

  it("work as they stand there, up to a receipt that verifies", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "tokens.json"), JSON.stringify(deployment.installation.tokens));
    writeFileSync(join(cwd, "plan.yaml"), plan!);
    mkdirSync(join(cwd, ".countersign"));
    copyFileSync(deployment.installation.paths.trust, join(cwd, ".countersign/trust.json"));
    const { code, stdout, stderr } = await bash(script(), cwd);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    const codes = readFileSync(join(cwd, "codes"), "utf8").trim().split("\n");
    expect(codes.filter((line) => !line.startsWith("0 "))).toEqual(["11 verdict"]);
    expect(codes).toHaveLength([...`${open}${work}`.matchAll(/^(?:COUNTERSIGN_TOKEN=\S+ \S+ )?countersign /gm)].length);
    expect(stdout).toMatch(/^(FINAL|INTERIM): VERIFIED/m);
    expect(JSON.parse(readFileSync(join(cwd, "receipt.json"), "utf8")).core.events.length).toBeGreaterThan(10);
  });

  function bash(commands: string, cwd: string): Promise<Ended> {
    const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, NO_COLOR: "1", COUNTERSIGN_URL: up.url };
    return new Promise((done) => {
      execFile("bash", ["-c", commands], { cwd, env, timeout: 60_000 }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });
  }
});

describe("the program for people", () => {
  let inc: string;
  let planDigest: string;

  it("opens an incident and shows it, as text and as the API's own object", async () => {
    inc = await opened("Checkout is slow again");
    const { document } = await json("ana", "incident", "list", "--limit", "5");
    expect(document.incidents[0].inc).toBe(inc);
    const { stdout, code } = await as("bo", ["incident", "show", "latest"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Checkout is slow again[\s\S]*NEXT[\s\S]*own /)]);
    expect((await json("bo", "incident", "show", inc.slice(0, 14))).document).toMatchObject({ inc, phase: "open" });
  });

  it("proposes its own example of a plan, from a pipe; the verdict is an exit code", async () => {
    expect((await as("ci", ["verdict", inc])).code).toBe(11);
    const { stdout: example, code } = await as("ana", ["plan", "example"]);
    expect(code).toBe(0);
    const proposed = await as("ana", ["plan", "propose", inc, "--file", "-"], example);
    expect([proposed.code, proposed.stderr]).toEqual([0, ""]);
    expect((await as("ci", ["verdict", inc])).code).toBe(11);
    await as("ana", [
      "evidence",
      "add",
      inc,
      "--type",
      "impact-statement",
      "--digest",
      "a".repeat(64),
      "--reference",
      "https://wiki.example/1",
    ]);
    const { document } = await json("bo", "incident", "show", inc);
    planDigest = document.plan.digest;
    await as("bo", ["evidence", "verify", inc, document.evidence.have[0].eid.slice(0, 8), "--comment", "Seen."]);
    const verdict = await json("ci", "verdict", inc);
    expect([verdict.code, verdict.document.verdict]).toEqual([10, "needs-approval"]);
  });

  it("says what is voted on, and a refusal with its code", async () => {
    const own = await json("ana", "approve", inc, "--requirement", "peer-approval", "--yes");
    expect([own.code, own.document.code]).toEqual([1, "CONFLICT_OF_DUTIES"]);
    expect(own.stderr).toMatch(/You are about to approve[\s\S]*CONFLICT_OF_DUTIES/);
    const other = await json("bo", "approve", inc, "--plan", "0".repeat(64), "--yes");
    expect([other.code, other.document.error.code]).toEqual([1, "PLAN_CHANGED"]);
    const vote = await json("bo", "approve", inc, "--plan", planDigest.slice(0, 8), "--yes");
    const granted = { typ: "ApprovalGranted", clear: { requirement: "peer-approval", plan: planDigest } };
    expect([vote.code, vote.document.events[0]]).toMatchObject([0, granted]);
    expect((await as("bo", ["revoke", inc, "--requirement", "peer-approval", "--yes"])).code).toBe(0);
  });

  it("keeps notes and tasks, and repeats a command without doing it twice", async () => {
    const note = ["note", inc, "Looks like the pool.", "--command-id", "cli-note-0001"];
    const [first, second] = [await json("ana", ...note), await json("ana", ...note)];
    expect(second).toEqual(first);
    expect((await json("ana", "command", "show", "cli-note-0001")).document).toEqual(first.document);
    await as("ana", ["task", "add", inc, "Write the review", "--owner", "bo", "--due", "2027-03-12T15:00:00Z"]);
    const [task] = (await json("ana", "task", "list", inc)).document;
    expect(task).toMatchObject({ title: "Write the review", status: "open", owner: deployment.installation.ids.bo });
    expect((await as("bo", ["task", "done", inc, task.eid.slice(0, 6)])).code).toBe(0);
    expect((await as("bo", ["task", "done", inc, task.eid.slice(0, 6)])).code).toBe(1);
  });

  it("withdraws, resolves, reopens, cancels; the receipt verifies and the history replays", async () => {
    expect((await as("ana", ["plan", "withdraw", inc, "--reason", "Another cause."])).code).toBe(0);
    expect((await as("ana", ["resolve", inc, "--how", "recovered", "--reason", "By itself."])).code).toBe(0);
    expect((await as("ana", ["reopen", inc, "--reason", "It is back."])).code).toBe(0);
    expect((await as("ana", ["cancel", inc, "--reason", "false-alarm"])).code).toBe(0);
    expect((await json("ana", "note", inc, "Too late.")).document.code).toBe("INCIDENT_CLOSED");
    const http = httpOf(deployment, up);
    const { count } = await http.show(inc);
    const file = join(emptyFolder(), "receipt.json");
    await http.until(inc, ({ phase }) => phase === "cancelled");
    for (let events = 0; events < count; ) {
      expect((await as("eve", ["receipt", "get", inc, "--out", file])).code).toBe(0);
      events = JSON.parse(readFileSync(file, "utf8")).core.events.length;
    }
    expect(
      (await as("eve", ["verify", file, "--trust", deployment.installation.paths.trust, "--require-final"])).code,
    ).toBe(0);
    const history = await countersign(["history", inc, "--json"], { env: deployment.env });
    expect([history.code, JSON.parse(history.stdout)]).toMatchObject([
      0,
      { difference: null, workflowId: `incident/acme/${inc}` },
    ]);
    expect(JSON.parse(history.stdout).activities).toBeGreaterThan(10);
  });

  it("tells the health of every part to anybody", async () => {
    const { code, stdout } = await countersign(["health", "--json"], { env: { COUNTERSIGN_URL: up.url } });
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: "up" }]);
    expect((await as("ana", ["triage", "list"])).stdout).toContain("Nothing waits for triage.");
  });
});

describe("what the program says of its own failures", () => {
  it.each<[string, readonly string[], NodeJS.ProcessEnv, number, string]>([
    ["no token", ["incident", "list"], {}, 3, "TOKEN_MISSING"],
    [
      "a token that nobody has",
      ["incident", "list"],
      { COUNTERSIGN_TOKEN: `cs_acme_${"A".repeat(43)}` },
      1,
      "BAD_TOKEN",
    ],
    ["an API that isn't there", ["health"], { COUNTERSIGN_URL: "http://127.0.0.1:9" }, 3, "API_UNREACHABLE"],
    ["an URL that isn't one", ["health", "--url", "nowhere"], {}, 2, "URL_INVALID"],
    ["a word that isn't an incident", ["incident", "show", "last"], { COUNTERSIGN_TOKEN: "ana" }, 2, "INC_INVALID"],
    [
      "an incident that isn't there",
      ["incident", "show", `inc_${"0".repeat(26)}`],
      { COUNTERSIGN_TOKEN: "ana" },
      1,
      "INCIDENT_UNKNOWN",
    ],
    [
      "a file that isn't there",
      ["plan", "propose", "latest", "--file", "none.yaml"],
      { COUNTERSIGN_TOKEN: "ana" },
      3,
      "FILE_UNREADABLE",
    ],
    ["a role that is lacking", ["note", "latest", "Hello."], { COUNTERSIGN_TOKEN: "eve" }, 1, "ROLE_MISSING"],
  ])("%s", async (_, words, { COUNTERSIGN_TOKEN: who, ...env }, code, problem) => {
    const token = who === undefined ? {} : { COUNTERSIGN_TOKEN: deployment.installation.tokens[who] ?? who };
    const ended = await countersign([...words, "--json"], { env: { COUNTERSIGN_URL: up.url, ...env, ...token } });
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(`${problem}: `)]);
    const document = JSON.parse(ended.stdout);
    expect(document.code ?? document.error.code).toBe(problem);
    for (const secret of Object.values(token)) expect(ended.stdout + ended.stderr).not.toContain(secret);
  });

  it.each([[["incident", "shew"]], [["note", "latest"]], [["approve", "latest", "--wait", "soon"]]])(
    "%j is wrong usage",
    async (words) => {
      expect((await as("ana", words)).code).toBe(2);
    },
  );
});
