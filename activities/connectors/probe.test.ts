import type { JsonObject } from "../../incidents/canonical.js";
import { ConnectorError } from "./errors.js";
import type { HttpAnswer } from "./http-call.js";
import { httpProbe } from "./probe.js";

type Answer = readonly [status: number, body: string] | "silent";

/** A probe whose clock goes on only by waiting, and whose server gives these answers, the last for ever. */
function run(answers: readonly Answer[], check: JsonObject = {}) {
  let clock = 0;
  let asked = 0;
  const call = async (): Promise<HttpAnswer> => {
    const answer = answers[Math.min(asked++, answers.length - 1)]!;
    if (answer === "silent") throw new ConnectorError("NO_ANSWER", "no answer from checkout.example.org");
    return { status: answer[0], body: Buffer.from(answer[1]) };
  };
  const wait = async (ms: number) => {
    clock += ms;
  };
  const probe = httpProbe({ allow: [], call, wait, now: () => clock });
  return probe
    .run({ kind: "probe", url: "https://checkout.example.org/health", ...check })
    .then((report) => ({ ...report, asked }));
}

const good: Answer = [200, '{"healthy":true,"replicas":3}'];
const bad: Answer = [503, '{"healthy":false}'];

describe("a probe", () => {
  it("passes after as many good answers in a row as asked for", async () => {
    const report = await run([bad, good, "silent", good, good]);
    expect(report).toEqual({
      outcome: "passed",
      asked: 5,
      result:
        "https://checkout.example.org/health answered 2 times in a row with status 200, after 8 s and 5 requests.",
      excerpt: good[1],
    });
  });

  it("fails when the time is up, with the last answer", async () => {
    const report = await run([bad], { withinSeconds: 10 });
    expect(report).toEqual({
      outcome: "failed",
      asked: 5,
      result:
        "https://checkout.example.org/health did not answer well 2 times in a row within 10 s (5 requests); the last: status 503, expected 200.",
      excerpt: bad[1],
    });
  });

  it.each<[string, Answer, JsonObject]>([
    ["healthy is false, expected true", [200, '{"healthy":false}'], { healthy: true }],
    ["healthy is missing, expected true", [200, "{}"], { healthy: true }],
    ["toString is missing, expected null", [200, "{}"], { toString: null }],
    ['replicas is "3", expected 3', [200, '{"replicas":"3"}'], { replicas: 3 }],
    ["the answer holds no JSON object", [200, "[]"], { healthy: true }],
    ["the answer holds no JSON object", [200, "<html>"], { healthy: true }],
  ])("says that %s", async (words, answer, expectJson) => {
    const report = await run([answer], { expectJson, withinSeconds: 1 });
    expect([report.outcome, report.result]).toEqual(["failed", expect.stringContaining(words)]);
  });

  it("passes on the members asked for", async () =>
    expect((await run([good], { expectJson: { healthy: true, replicas: 3 } })).outcome).toBe("passed"));

  it("keeps at most 500 characters of an answer", async () =>
    expect((await run([[200, "x".repeat(5_000)]])).excerpt).toHaveLength(500));

  it.each<[string, JsonObject]>([
    ["CHECK_MALFORMED", { url: 7 }],
    ["CHECK_MALFORMED", { expectStatus: "200" }],
    ["CHECK_MALFORMED", { withinSeconds: 86_400 }],
    ["CHECK_MALFORMED", { expectJson: { healthy: [true] } }],
    ["CHECK_MALFORMED", { headers: {} }],
    ["URL_REFUSED", { url: "file:///etc/passwd" }],
  ])("that can't be run has failed with %s: %j", async (code, check) => {
    const report = await run([good], check);
    expect([report.outcome, report.asked, report.result]).toEqual(["failed", 0, expect.stringContaining(code)]);
  });

  it("of a private address that isn't listed has failed at once", async () => {
    const report = await httpProbe({ allow: [] }).run({ kind: "probe", url: "http://169.254.169.254/latest" });
    expect([report.outcome, report.result]).toEqual(["failed", expect.stringContaining("ADDRESS_REFUSED")]);
  });
});
