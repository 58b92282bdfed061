import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { unb64u } from "../../../incidents/bytes.js";
import { type EventBody, parseEvent } from "../../../incidents/event.js";
import type { Receipt } from "../../../receipts/format.js";
import { parseTrust } from "../../../receipts/trust.js";
import { type Report, verifyReceipt } from "../../../receipts/verify/index.js";
import type { Deployment } from "../support/deployment.js";
import type { Http } from "../support/http.js";

export interface Proven {
  readonly bytes: Uint8Array;
  readonly receipt: Receipt;
  readonly report: Report;
  readonly events: readonly EventBody[];
}

/** The final receipt, as soon as the builder has it, verified against the trust file of the installation. */
export async function finalReceipt(
  deployment: Deployment,
  http: Http,
  inc: string,
  openings = "none",
): Promise<Proven> {
  const trust = parseTrust(readFileSync(deployment.installation.paths.trust));
  let report: Report | undefined;
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100)) {
    const { status } = await http.get("eve", `/incidents/${inc}/receipt?openings=${openings}`);
    if (status !== 200) continue;
    const bytes = await http.bytes("eve", `/incidents/${inc}/receipt?openings=${openings}`);
    report = verifyReceipt(bytes, trust, { requireFinal: true });
    if (report.verdict !== "INCOMPLETE") return proven(bytes, report);
  }
  throw new Error(`no final receipt of ${inc}: ${JSON.stringify(report?.findings)}`);
}

function proven(bytes: Uint8Array, report: Report): Proven {
  const receipt = JSON.parse(new TextDecoder().decode(bytes)) as Receipt;
  return { bytes, receipt, report, events: receipt.core.events.map(({ b }) => parseEvent(unb64u(b))) };
}

/** What was really done outside: commits on the environment's branch after the first, and tickets opened. */
export function effectsOutside({ home, sandbox }: Deployment): {
  readonly commits: number;
  readonly tickets: readonly string[];
} {
  const count = execFileSync("git", [`--git-dir=${sandbox.repository}`, "rev-list", "--count", "env/prod"], {
    encoding: "utf8",
  });
  const lines = readFileSync(join(home, "tickets.jsonl"), "utf8").split("\n").filter(Boolean);
  const created = lines
    .map((line) => JSON.parse(line) as { op: string; title: string })
    .filter(({ op }) => op === "created");
  return { commits: Number(count) - 1, tickets: created.map(({ title }) => title) };
}

export const headCommit = ({ sandbox }: Deployment): string =>
  execFileSync("git", [`--git-dir=${sandbox.repository}`, "rev-parse", "env/prod"], { encoding: "utf8" }).trim();

export const typesOf = ({ events }: Proven): readonly string[] => events.map(({ typ }) => typ);

export const countOf = (proof: Proven, typ: string): number => typesOf(proof).filter((each) => each === typ).length;
