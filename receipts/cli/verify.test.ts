import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { useAccelerator } from "../ed25519.js";
import { TRUST } from "../testing/cast.js";
import { openCheckout, wholeCheckout } from "../testing/checkout.js";
import { edited, receiptBytes } from "../testing/forge.js";
import { verifyCommand } from "./verify.js";

const story = wholeCheckout();
const bytes = receiptBytes(story);
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "countersign-verify-"));
  writeFileSync(join(dir, "receipt.json"), bytes);
  writeFileSync(join(dir, "trust.json"), JSON.stringify(TRUST));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
  process.exitCode = undefined;
  useAccelerator(null);
});

function run(...args: readonly string[]): { readonly out: string; readonly exit: unknown } {
  const lines: unknown[] = [];
  const spies = (["log", "error"] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation((text: unknown) => void lines.push(text)),
  );
  verifyCommand().parse([join(dir, "receipt.json"), "--trust", join(dir, "trust.json"), ...args], { from: "user" });
  for (const spy of spies) spy.mockRestore();
  return { out: lines.join("\n"), exit: process.exitCode };
}

describe("countersign verify", () => {
  it("answers the six questions in words and exits 0", () => {
    const { out, exit } = run();
    expect(exit).toBe(0);
    expect(out.split("\n")[0]).toBe("FINAL: VERIFIED, incident inc_00000000000000000000000001 of acme");
    for (const n of [1, 2, 3, 4, 5, 6]) expect(out).toContain(`\n${n}. `);
    expect(out).toContain("Lee Moss (per_lee00000) approved ops-approval");
    expect(out).toContain("Refused: vote on ops-approval by Ana Ito (per_ana00000): CONFLICT_OF_DUTIES");
    for (const words of ["reference git:roll-back", "before    v42", "after     v41", "result    pushed"])
      expect(out).toContain(`    ${words}\n`);
    expect(out).toContain("Not proven");
    expect(out).not.toContain("\u001b");
  });

  it("names the changed event and exits 1", () => {
    writeFileSync(
      join(dir, "receipt.json"),
      edited(bytes, (r) => void (r.core.events[5]!.sig = r.core.events[4]!.sig)),
    );
    const { out, exit } = run();
    expect(exit).toBe(1);
    expect(out).toContain("INVALID");
    expect(out).toContain("EVENT_SIGNATURE_BAD at event 5");
    expect(out).toContain("Nothing is answered");
  });

  it("exits 2 where the reader wants a final receipt and the incident is open", () => {
    writeFileSync(join(dir, "receipt.json"), receiptBytes(openCheckout()));
    const { out, exit } = run("--require-final");
    expect(exit).toBe(2);
    expect(out.split("\n")[0]).toMatch(/^INTERIM: INCOMPLETE/);
  });

  it.each([
    ["receipt.json", "<html>", "BAD_JSON"],
    ["trust.json", "{}", "TRUST_MALFORMED"],
  ])("exits 3 where %s is no such thing", (file, text, code) => {
    writeFileSync(join(dir, file), text);
    const { out, exit } = run();
    expect(exit).toBe(3);
    expect(out).toContain(code);
  });

  it("exits 3 where a file isn't there", () => {
    rmSync(join(dir, "receipt.json"));
    expect(run()).toMatchObject({ exit: 3, out: expect.stringContaining("FILE_UNREADABLE") });
  });

  it("prints the whole report as JSON", () => {
    const report = JSON.parse(run("--json").out);
    expect(report).toMatchObject({ verdict: "VERIFIED", exitCode: 0, answers: { phase: "closed" } });
    expect(report.checks).toHaveLength(13);
  });

  it("says with --explain what each decision asked for", () =>
    expect(run("--explain").out).toContain("Attach impact-statement"));
});
