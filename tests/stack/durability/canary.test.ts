import { createHash, randomBytes } from "node:crypto";
import { canonicalize, type Json } from "../../../incidents/canonical.js";
import { accelerate } from "../../../receipts/cli/accelerate.js";
import { type Deployment, deploy, type Process } from "../support/deployment.js";
import { type Http, httpOf } from "../support/http.js";
import { kafkaHay, logHay, postgresHay, temporalHay } from "./harvest.js";
import { findWords, type Hay, unfolded } from "./haystack.js";
import { finalReceipt, type Proven } from "./proof.js";
import { singInConfig, sungLife, sungRefusals } from "./sung-life.js";

const nonce = randomBytes(6).toString("hex");
const words = new Set<string>();
const sing = (field: string): string => {
  const word = `canary-${field}-${nonce}`;
  words.add(word);
  return word;
};

describe("a sealed value", () => {
  let deployment: Deployment;
  let hays: readonly Hay[];
  let closed: Proven;
  let opened: Proven;
  let refused: string[];

  beforeAll(async () => {
    accelerate();
    deployment = await deploy();
    singInConfig(deployment, sing);
    const processes = await Promise.all(
      (["api", "worker", "builder"] as const).map((program) => deployment.start(program)),
    );
    const http: Http = httpOf(deployment, processes[0]!);
    const inc = await sungLife(deployment, http, sing);
    [closed, opened] = await Promise.all([
      finalReceipt(deployment, http, inc),
      finalReceipt(deployment, http, inc, "all"),
    ]);
    const said = [...words];
    await sungRefusals(http, inc, sing);
    refused = [...words].filter((word) => !said.includes(word));
    for (const each of processes) await (each as Process).stop();
    const harvest = await Promise.all([temporalHay(deployment, inc), kafkaHay(deployment), postgresHay(deployment)]);
    hays = [...harvest.flat(), ...logHay(...processes), { from: "the closed receipt", bytes: closed.bytes }].flatMap(
      (hay) => unfolded(hay),
    );
  }, 120_000);
  afterAll(() => deployment?.dispose());

  it("was put into every field of free text, and a receipt with all openings shows it", () => {
    expect(opened.report.verdict).toBe("VERIFIED");
    const shown = new Set(
      findWords([{ from: "the open receipt", bytes: opened.bytes }], [...words]).map((found) => found.split(" in ")[0]),
    );
    // Names of the configuration that no event bears, and what was refused before it became a command.
    const elsewhere = ["organisation", "account", "target", "source", "machine", "author"].map(
      (field) => `canary-${field}-${nonce}`,
    );
    const missing = [...words].filter(
      (word) => !shown.has(word) && !elsewhere.includes(word) && !refused.includes(word),
    );
    expect(missing).toEqual([`canary-label-name-${nonce}`]);
    expect(Buffer.from(opened.bytes).includes(`label_canary_label_name_${nonce}`)).toBe(true);
    expect(shown.size).toBeGreaterThan(30);
  });

  it("was searched for where it could be: history, log, tables, processes' words and the closed receipt", () => {
    for (const from of [
      "Temporal's history",
      "a decrypted payload",
      "the log at",
      "claims.record",
      "sealed_values.ciphertext",
      "a process's log",
      "the closed receipt",
    ])
      expect(hays.filter((hay) => hay.from.startsWith(from)).length).toBeGreaterThan(0);
    // What is clear by design is found in each, so that the search sees into every layer.
    for (const from of ["a decrypted payload", "the log at", "claims.record", "the closed receipt"])
      expect(
        findWords(
          hays.filter((hay) => hay.from.startsWith(from)),
          ["impact-statement"],
        ),
      ).not.toEqual([]);
  });

  it("is readable nowhere but in the open receipt", () => {
    expect(findWords(hays, [...words, `canary_label_name_${nonce}`])).toEqual([]);
  }, 60_000);

  it("is named nowhere by an unsalted digest", () => {
    const values = opened.receipt.openings.map(({ value }) => value as Json).filter((value) => value !== null);
    expect(values.length).toBeGreaterThan(100);
    const digests = new Set(values.flatMap(digestsOf));
    expect(found(hays, digests)).toEqual([]);
  }, 60_000);

  it("has no company in any bearer token: none stands in a log line, a history or a table", () => {
    const tokens = [...Object.values(deployment.installation.tokens), deployment.sandbox.token];
    expect(tokens.length).toBeGreaterThan(5);
    expect(findWords(hays, tokens)).toEqual([]);
  }, 60_000);
});

/** SHA-256 of a value as JSON, and of a string's own bytes: in hex and in base64url. */
function digestsOf(value: Json): readonly string[] {
  const forms = [canonicalize(value), ...(typeof value === "string" ? [Buffer.from(value, "utf8")] : [])];
  return forms.flatMap((bytes) =>
    (["hex", "base64url"] as const).map((encoding) => createHash("sha256").update(bytes).digest(encoding)),
  );
}

const TOKENS = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])|(?<![\w-])[\w-]{43}(?![\w-])/g;

function found(hays: readonly Hay[], digests: ReadonlySet<string>): readonly string[] {
  const seen = hays.flatMap(({ from, bytes }) =>
    (Buffer.from(bytes).toString("latin1").match(TOKENS) ?? []).map((token) => ({ from, token })),
  );
  expect(seen.length).toBeGreaterThan(1_000);
  return seen.filter(({ token }) => digests.has(token)).map(({ from, token }) => `${token} in ${from}`);
}
