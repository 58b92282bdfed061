import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { parseTrust } from "../../receipts/trust.js";
import { openInstallation } from "../config/installation.js";
import { pathsIn } from "../config/paths.js";
import { authenticator } from "../config/tokens.js";
import { initCommand, initialise } from "./init.js";
import { keysCommand } from "./keys.js";

let root: string;
let dir: string;
let out: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cs-init-"));
  dir = join(root, "home");
  out = "";
  jest.spyOn(console, "log").mockImplementation((line) => void (out += `${line}\n`));
  jest.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(root, { recursive: true, force: true });
});

const init = async (...args: string[]): Promise<string> => {
  out = "";
  await initCommand().parseAsync(["--dir", dir, ...args], { from: "user" });
  return out;
};
const keys = async (...args: string[]): Promise<string> => {
  out = "";
  await keysCommand().parseAsync([...args, "--dir", dir], { from: "user" });
  return out;
};
const everyFile = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");

describe("countersign init", () => {
  it("makes an installation that opens, for one person", async () => {
    const { tokens, organisation } = JSON.parse(await init("--org", "acme", "--name", "Acme: Payments # 1", "--json"));
    expect(organisation).toEqual({ id: "acme", name: "Acme: Payments # 1" });
    const { config, keys: store, policy } = openInstallation(pathsIn(dir));
    expect([config.organisation.name, store.org, policy.policy.name]).toEqual(["Acme: Payments # 1", "acme", "demo"]);
    expect(authenticator(config)(tokens.admin)).toMatchObject({
      id: config.people[0]!.id,
      roles: ["responder", "approver", "auditor", "admin"],
    });
  });

  it("makes the demo's people, target and source, each with a token", async () => {
    const { tokens, ids } = JSON.parse(await init("--demo", "--json"));
    const { config } = openInstallation(pathsIn(dir));
    expect(config.people.map(({ name, groups }) => [name, ...groups])).toEqual([
      ["ana", "sre"],
      ["bo", "sre"],
      ["lee", "sre"],
      ["sam", "service-owner"],
      ["eve"],
    ]);
    expect(config.targets).toMatchObject([{ id: ids["checkout-prod"], name: "checkout-prod", env: "prod", tier: 1 }]);
    const authenticate = authenticator(config);
    expect(Object.keys(tokens)).toEqual(["ana", "bo", "lee", "sam", "eve", "alertmanager", "ci"]);
    for (const [name, token] of Object.entries(tokens))
      expect(authenticate(token as string)).toMatchObject({ id: ids[name], org: "main" });
  });

  it("leaves no token and no secret but in keys/", async () => {
    const { tokens } = JSON.parse(await init("--demo", "--json"));
    const text = everyFile(dir);
    for (const token of Object.values(tokens)) expect(text).not.toContain(token as string);
    const { keys: store, paths } = openInstallation(pathsIn(dir));
    const secret = Buffer.from(store.current("recorder").secret).toString("base64url");
    expect(everyFile(paths.keys)).toContain(secret);
    rmSync(paths.keys, { recursive: true });
    expect(everyFile(dir)).not.toContain(secret);
  });

  it("shows the tokens once, or writes them for their owner alone", async () => {
    expect(await init("--demo")).toMatch(/shown this once:\n {2}ana +cs_main_/);
    const file = join(root, "tokens.json");
    writeFileSync(file, "old");
    chmodSync(file, 0o644);
    expect(await init("--demo", "--force", "--tokens-file", file)).not.toContain("cs_main_");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8")).ana).toMatch(/^cs_main_/);
  });

  it("refuses to overwrite, with exit code 3", async () => {
    await init();
    const before = everyFile(dir);
    const { error } = JSON.parse(await init("--json"));
    expect(error.code).toBe("ALREADY_INITIALISED");
    expect(process.exitCode).toBe(3);
    expect(everyFile(dir)).toBe(before);
  });

  it("keeps the keys when forced, and makes the old tokens nobody's", async () => {
    const first = initialise({ dir, demo: true });
    const kid = openInstallation(first.paths).keys.current("master").kid;
    const second = initialise({ dir, demo: true, force: true });
    expect(openInstallation(second.paths).keys.current("master").kid).toBe(kid);
    expect(authenticator(second.config)(first.tokens.ana!)).toBeNull();
  });

  it("refuses the keys of another organisation, and an id that isn't one, before it writes anything", () => {
    initialise({ dir, org: "acme" });
    const before = everyFile(dir);
    expect(() => initialise({ dir, org: "other", force: true })).toThrow(
      expect.objectContaining({ code: "KEYS_OF_ANOTHER_ORG" }),
    );
    expect(everyFile(dir)).toBe(before);
    expect(() => initialise({ dir: join(root, "b"), org: "Ac me" })).toThrow(
      expect.objectContaining({ code: "BAD_ORG" }),
    );
    expect(existsSync(join(root, "b"))).toBe(false);
  });

  it("takes connectors as they are given", () => {
    const git = {
      repo: "/srv/env.git",
      environments: { prod: "env/prod" },
      authorName: "Bot",
      authorEmail: "bot@acme.example",
    };
    const tickets = { url: "http://127.0.0.1:9", tokenFile: "t", sandbox: true };
    const { config } = initialise({ dir, demo: true, connectors: { git, tickets, probe: { allow: ["127.0.0.1:9"] } } });
    expect(config.connectors).toEqual({
      git,
      tickets: { ...tickets, tokenFile: join(dir, "t") },
      probe: { allow: ["127.0.0.1:9"] },
    });
    expect(config.targets[0]!.git).toEqual({ file: "checkout.json" });
  });
});

describe("the trust file", () => {
  it("is one that the verifier takes, with the keys and the policy there are", () => {
    const { paths, policyDigest } = initialise({ dir, org: "acme" });
    const trust = parseTrust(readFileSync(paths.trust));
    const { keys: store } = openInstallation(paths);
    expect(trust).toMatchObject({ org: "acme", keyset: null, logKey: null, policies: [policyDigest] });
    expect(trust.require).toEqual(["chain", "signatures", "statement", "state", "policy"]);
    for (const role of ["recorder", "gateway", "builder"] as const)
      expect(trust[`${role}s`].map(({ keyid }) => keyid)).toEqual([store.current(role).kid]);
  });

  it("is written anew by `keys trust`: older policies and what people have set stay", async () => {
    const { paths, config, policyDigest } = initialise({ dir });
    const mine = { ...parseTrust(readFileSync(paths.trust)), maxAge: "2d" };
    writeFileSync(paths.trust, JSON.stringify(mine));
    writeFileSync(config.policyFile, readFileSync(config.policyFile, "utf8").replace("revision: 1", "revision: 2"));
    const written = JSON.parse(await keys("trust", "--json"));
    expect(written).toMatchObject({ maxAge: "2d", recorders: mine.recorders });
    expect(written.policies).toHaveLength(2);
    expect(written.policies[0]).toBe(policyDigest);
    expect(parseTrust(readFileSync(paths.trust))).toEqual(written);
  });
});

describe("countersign keys list", () => {
  it("shows every key and no secret", async () => {
    const { paths } = initialise({ dir });
    const { keys: store } = openInstallation(paths);
    const shown = JSON.parse(await keys("list", "--json"));
    expect(shown.keys).toHaveLength(7);
    expect(shown.keys.filter((key: { publicKey: string | null }) => key.publicKey !== null)).toHaveLength(3);
    const text = `${JSON.stringify(shown)}${await keys("list")}`;
    for (const { role } of shown.keys)
      expect(text).not.toContain(Buffer.from(store.current(role).secret).toString("base64url"));
  });

  it("says with exit code 3 that there are none", async () => {
    expect(JSON.parse(await keys("list", "--json")).error.code).toBe("KEYS_NOT_FOUND");
    expect(process.exitCode).toBe(3);
  });
});
