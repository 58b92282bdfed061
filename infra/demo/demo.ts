import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { b64u, unb64u } from "../../incidents/bytes.js";
import { parseEvent } from "../../incidents/event.js";
import { type Narrator, narrator } from "./narrator.js";
import { castOf } from "./people.js";
import { setStage } from "./stage.js";
import { tell } from "./story.js";

export interface DemoOptions {
  readonly keep: boolean;
  /** Folder for `receipt.json` and `trust.json`. */
  readonly out: string;
  readonly port: number;
}

const HOME = ".countersign/demo";
const cli = fileURLToPath(new URL("../main/cli.js", import.meta.url));

/** Answers the exit code: 0 where every stage went as told. */
export async function demo({ keep, out, port }: DemoOptions): Promise<number> {
  const say = narrator(process.stdout, process.stderr);
  const stage = await setStage(resolve(HOME), port, say.progress);
  try {
    const cast = castOf(stage.running.url, "demo", stage.installation.tokens);
    const { inc, receipt } = await tell(stage, cast, say);
    mkdirSync(out, { recursive: true });
    const files = { receipt: join(out, "receipt.json"), trust: join(out, "trust.json") };
    writeFileSync(files.receipt, receipt);
    copyFileSync(stage.paths.trust, files.trust);
    say.line(`Written to ${files.receipt}; what a reader must trust is in ${files.trust}.`);
    verify(say, files, receipt);
    closing(say, receipt, cast.steps(), files);
    if (keep) await untilInterrupted(say, stage.running.url, inc);
    return 0;
  } finally {
    await stage.close(false);
  }
}

function verify(say: Narrator, files: { readonly receipt: string; readonly trust: string }, receipt: Uint8Array): void {
  say.stage("Verification", "Offline, with nothing but the receipt, a trust file and the verifier.");
  const verified = runVerifier(files.receipt, files.trust);
  say.quote(verified.output);
  expectExit(verified.code, 0);
  const { bytes, typ, seq } = flipOneByte(receipt);
  const dir = mkdtempSync(join(tmpdir(), "countersign-altered-"));
  try {
    writeFileSync(join(dir, "receipt.json"), bytes);
    const altered = runVerifier(join(dir, "receipt.json"), files.trust);
    say.line(`Now one byte of event ${seq} (${typ}) is flipped, and the verifier says which event it was:`);
    say.quote(altered.output.split("\n").slice(0, 12).join("\n"));
    expectExit(altered.code, 1);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** In another folder, as an auditor would: nothing of the project is read but the program. */
function runVerifier(receipt: string, trust: string): { readonly code: number | null; readonly output: string } {
  const args = [cli, "verify", resolve(receipt), "--trust", resolve(trust)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: tmpdir(),
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: status, output: stdout + stderr };
}

function expectExit(code: number | null, wanted: number): void {
  if (code !== wanted) throw new Error(`the verifier should have ended with ${wanted} and ended with ${code}`);
}

/** The first approval's, in a digest of the event: what a forger would have to change. */
function flipOneByte(receipt: Uint8Array): { readonly bytes: Uint8Array; readonly typ: string; readonly seq: number } {
  const json = JSON.parse(Buffer.from(receipt).toString("utf8")) as { core: { events: { b: string }[] } };
  const entry = json.core.events.find(({ b }) => parseEvent(unb64u(b)).typ === "ApprovalGranted")!;
  const event = unb64u(entry.b);
  const { typ, seq } = parseEvent(event);
  const at = Buffer.from(event).indexOf('"groupsAtApproval"');
  event[at + 22] = event[at + 22]! ^ 1;
  const changed = Buffer.from(receipt).toString("utf8").replace(entry.b, b64u(event));
  return { bytes: Buffer.from(changed, "utf8"), typ, seq };
}

function closing(
  say: Narrator,
  receipt: Uint8Array,
  steps: number,
  files: { readonly receipt: string; readonly trust: string },
): void {
  const { core } = JSON.parse(Buffer.from(receipt).toString("utf8")) as { core: { events: { b: string }[] } };
  const events = core.events.map(({ b }) => parseEvent(unb64u(b)));
  const byItself = events.filter(({ actor }) => actor.kind !== "person").length;
  process.stdout.write(
    `\nPeople took ${steps} steps by hand. The receipt holds ${events.length} facts; ${byItself} of them it collected itself.\n` +
      `Verify it again: npx countersign verify ${files.receipt} --trust ${files.trust}\n`,
  );
  say.progress("stopping what the demo started");
}

function untilInterrupted(say: Narrator, url: string, inc: string): Promise<void> {
  say.line(
    `Everything goes on running: the API is at ${url}, tokens were made for this run only. The incident is ${inc}. Ctrl-C ends it.`,
  );
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
