import type { StepOrder } from "../ports.js";
import type { GitConfig } from "./git-config.js";
import { outcomeWithoutTrace } from "./git-push.js";

const answered = (exitCode: number | null, stdout: string, stderr = "", headMoved = false, rollback = false) =>
  outcomeWithoutTrace(
    { exitCode, stdout: Buffer.from(stdout), stderr },
    { repo: "https://bot:secret@git.example.org/env.git" } as GitConfig,
    { rollback } as StepOrder,
    "env/prod",
    headMoved,
  );

const line = (summary: string) => `To https://git.example.org/env.git\n!\tabc:refs/heads/env/prod\t${summary}\nDone\n`;

describe("a push that left no trace", () => {
  it.each([
    ["[rejected] (non-fast-forward)"],
    ["[rejected] (fetch first)"],
    [
      `[remote rejected] (cannot lock ref 'refs/heads/env/prod': is at ${"1".repeat(40)} but expected ${"2".repeat(40)})`,
    ],
  ])("voids the approvals: %s", (summary) =>
    expect(answered(1, line(summary))).toMatchObject({
      kind: "failed",
      code: "NON_FAST_FORWARD",
      voidsApprovals: true,
    }),
  );

  it("voids nothing where it was a rollback, which needs no approval", () =>
    expect(answered(1, line("[rejected] (fetch first)"), "", false, true)).toMatchObject({
      code: "NON_FAST_FORWARD",
      voidsApprovals: false,
    }));

  it("was refused in the hook's words", () =>
    expect(
      answered(
        1,
        line("[remote rejected] (pre-receive hook declined)"),
        "remote: refused: no\u001b[31m signature  \nerror: failed to push\n",
      ),
    ).toEqual({
      kind: "failed",
      code: "REFUSED_BY_SERVER",
      result: "refused: no\ufffd[31m signature",
      voidsApprovals: false,
    }));

  it("was refused where the account may not push", () => {
    const words =
      "fatal: unable to access 'https://bot:secret@git.example.org/env.git': The requested URL returned error: 403";
    const outcome = answered(128, "", words);
    expect(outcome).toMatchObject({ kind: "failed", code: "REFUSED_BY_SERVER" });
    expect(JSON.stringify(outcome)).not.toContain("secret");
  });

  it.each([
    ["it was cut off", 128, "fatal: the remote end hung up unexpectedly"],
    ["its time was up", null, ""],
    ["nothing more is known", 0, ""],
  ])("is unknown where %s", (_, exitCode, stderr) =>
    expect(answered(exitCode, "", stderr)).toMatchObject({ kind: "unknown", code: "NO_ANSWER" }),
  );
});
