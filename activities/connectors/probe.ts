import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { excerpt } from "./excerpt.js";
import { createHttpCall, type HttpAnswer, type HttpCall } from "./http-call.js";
import { type HttpCheck, parseCheck } from "./probe-check.js";

export interface HttpProbeConfig {
  /** host:port pairs that may stand in a private network. */
  readonly allow: readonly string[];
  readonly call?: HttpCall;
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

const ATTEMPT_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Asks a URL until it has answered well so many times in a row, or the time is up:
 * `{kind: "probe", url, expectStatus?: 200, expectJson?: {key: scalar…}, withinSeconds?: 60, everySeconds?: 2, consecutive?: 2}`.
 * A check that can't be run has failed, and says why.
 */
export function httpProbe(config: HttpProbeConfig): Probe {
  const { call = createHttpCall(config.allow), wait = sleep, now = () => performance.now() } = config;
  return {
    async run(given) {
      try {
        return await watch(parseCheck(given), { call, wait, now });
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return { outcome: "failed", result: `The check can't be run (${error.code}): ${error.message}.`, excerpt: "" };
      }
    },
  };
}

interface Means {
  readonly call: HttpCall;
  readonly wait: (ms: number) => Promise<unknown>;
  readonly now: () => number;
}

type Report = Awaited<ReturnType<Probe["run"]>>;

interface Look {
  /** What is wrong with the answer, or null. */
  readonly fault: string | null;
  readonly excerpt: string;
}

async function watch(check: HttpCheck, { call, wait, now }: Means): Promise<Report> {
  const begin = now();
  const end = begin + check.withinMs;
  let asked = 0;
  let inRow = 0;
  for (;;) {
    const look = await lookOnce(check, call, Math.min(ATTEMPT_MS, Math.max(1, Math.floor(end - now()))));
    asked++;
    inRow = look.fault === null ? inRow + 1 : 0;
    if (inRow >= check.consecutive) return passed(check, asked, now() - begin, look);
    if (now() + check.everyMs >= end) return failed(check, asked, look);
    await wait(check.everyMs);
  }
}

async function lookOnce({ url, status, members }: HttpCheck, call: HttpCall, timeoutMs: number): Promise<Look> {
  try {
    const answer = await call({
      method: "GET",
      url,
      headers: { accept: "application/json" },
      timeoutMs,
      maxBytes: MAX_BYTES,
    });
    return { fault: faultIn(answer, status, members), excerpt: excerpt(answer.body.toString("utf8"), 500) };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === "ADDRESS_REFUSED") throw error;
    return { fault: error.message, excerpt: "" };
  }
}

function faultIn({ status, body }: HttpAnswer, wanted: number, members: HttpCheck["members"]): string | null {
  if (status !== wanted) return `status ${status}, expected ${wanted}`;
  const names = Object.keys(members);
  if (names.length === 0) return null;
  const found = parseObject(body);
  if (found === null) return "the answer holds no JSON object";
  const wrong = names.find((name) => !Object.hasOwn(found, name) || found[name] !== members[name]);
  return wrong === undefined
    ? null
    : `${wrong} is ${excerpt(JSON.stringify(found[wrong]) ?? "missing", 80)}, expected ${JSON.stringify(members[wrong])}`;
}

function parseObject(body: Buffer): Record<string, unknown> | null {
  try {
    const value = JSON.parse(body.toString("utf8")) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function passed(
  { url, consecutive, status, members }: HttpCheck,
  asked: number,
  elapsedMs: number,
  look: Look,
): Report {
  const wanted = [
    `status ${status}`,
    ...Object.entries(members).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
  ].join(", ");
  const result = `${url} answered ${consecutive} times in a row with ${wanted}, after ${Math.round(elapsedMs / 1_000)} s and ${asked} requests.`;
  return { outcome: "passed", result: excerpt(result, 1_000), excerpt: look.excerpt };
}

function failed({ url, consecutive, withinMs }: HttpCheck, asked: number, look: Look): Report {
  const last = look.fault ?? "good, but too late for as many in a row";
  const result = `${url} did not answer well ${consecutive} times in a row within ${withinMs / 1_000} s (${asked} requests); the last: ${last}.`;
  return { outcome: "failed", result: excerpt(result, 1_000), excerpt: look.excerpt };
}
