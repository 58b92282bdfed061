import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCanonical } from "../../incidents/canonical.js";
import { digestOf } from "../../incidents/digest.js";
import { policyOfJson } from "../../policy/index.js";
import { migrate } from "../sql/migrate.js";
import { vault } from "../sql/migrations/vault.js";
import { openPglite } from "../sql/pglite.js";
import type { Sql } from "../sql/sql.js";
import { configCatalogue, configSources } from "./catalogue.js";
import { configFacts } from "./facts.js";
import { type Initialised, initialise } from "./initialise.js";
import { openPolicies, readPolicyFile } from "./policies.js";

let dir: string;
let sql: Sql;
let made: Initialised;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "cs-config-"));
  made = initialise({ dir, org: "acme", demo: true, now: new Date(0) });
  sql = await openPglite();
  await migrate(sql, [vault]);
}, 30_000);
afterAll(async () => {
  await sql.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("facts from the configuration", () => {
  it("hold ids, groups and attributes, and no name", async () => {
    const facts = configFacts(made.config);
    const { asOf, people } = await facts.people("acme");
    expect(asOf).toBe("1970-01-01T00:00:00.000Z");
    expect(people).toContainEqual({ id: made.ids.ana, groups: ["sre"], active: true, kind: "human" });
    const target = made.ids["checkout-prod"]!;
    expect(await facts.targets("acme", [target])).toEqual([{ id: target, env: "prod", tier: 1, tags: [] }]);
    expect(JSON.stringify([people, await facts.targets("acme", [target])])).not.toMatch(/"(?:ana|checkout-prod)"/);
  });

  it("leave out a target that isn't there, and another organisation's", async () => {
    const facts = configFacts(made.config);
    expect(await facts.targets("acme", ["tgt_nowhere00"])).toEqual([]);
    expect(await facts.targets("other", [made.ids["checkout-prod"]!])).toEqual([]);
    expect((await facts.people("other")).people).toEqual([]);
  });
});

describe("the catalogue", () => {
  it("finds a target by id or name and a person by id or account", async () => {
    const catalogue = configCatalogue(made.config);
    const checkout = { id: made.ids["checkout-prod"], name: "checkout-prod" };
    expect(await catalogue.target("acme", "checkout-prod")).toEqual(checkout);
    expect(await catalogue.target("acme", checkout.id!)).toEqual(checkout);
    expect(await catalogue.person("acme", "bo")).toEqual({ id: made.ids.bo, name: "bo" });
    expect(await catalogue.person("acme", "nobody")).toBeNull();
    expect(await catalogue.target("other", "checkout-prod")).toBeNull();
    const { id, name } = made.config.sources[0]!;
    expect(await catalogue.source("acme", id)).toEqual({ id, name });
    expect([await catalogue.source("acme", name), await catalogue.source("other", id)]).toEqual([null, null]);
  });

  it("says how a source's alerts are read", async () => {
    const sources = configSources(made.config);
    expect(await sources.rules("acme", made.ids.alertmanager!)).toMatchObject({
      correlateBy: ["alertname", "service", "env"],
      severityLabel: "severity",
      severities: { critical: { severity: 1, urgency: "high" }, warning: { severity: 3, urgency: "low" } },
    });
    expect(await sources.rules("acme", "src_nowhere00")).toBeNull();
    expect(await sources.rules("other", made.ids.alertmanager!)).toBeNull();
  });
});

describe("policies", () => {
  it("are canonical JSON under their digest", async () => {
    const { digest, bytes } = readPolicyFile(made.config.policyFile);
    expect(digestOf("policy", bytes)).toBe(digest);
    expect(digest).toBe(made.policyDigest);
    expect(policyOfJson(parseCanonical(bytes)).name).toBe("demo");
  });

  it("stay readable by digest after the file has changed", async () => {
    const first = readPolicyFile(made.config.policyFile);
    await openPolicies(sql, "acme", first);
    const changed = join(dir, "changed.yaml");
    writeFileSync(changed, new TextDecoder().decode(Buffer.from(first.bytes)).replace('"revision":1', '"revision":2'));
    const second = readPolicyFile(changed);
    const policies = await openPolicies(sql, "acme", second);
    expect(second.digest).not.toBe(first.digest);
    expect((await policies.active("acme")).digest).toBe(second.digest);
    expect(await policies.byDigest("acme", second.digest)).toEqual(second.bytes);
    expect(Buffer.from((await policies.byDigest("acme", first.digest))!)).toEqual(Buffer.from(first.bytes));
    expect(await policies.byDigest("other", first.digest)).toBeNull();
    expect(await policies.byDigest("acme", "0".repeat(64))).toBeNull();
    await expect(policies.active("other")).rejects.toMatchObject({ code: "NO_POLICY" });
  });

  it("are refused with file and line", () => {
    const bad = join(dir, "bad.yaml");
    writeFileSync(bad, "apiVersion: policy/v1\nsurprise: 1\n");
    expect(() => readPolicyFile(bad)).toThrow(
      expect.objectContaining({ code: "BAD_POLICY", message: expect.stringContaining(`${bad}:2:1`) }),
    );
    expect(() => readPolicyFile(join(dir, "none.yaml"))).toThrow(expect.objectContaining({ code: "POLICY_NOT_FOUND" }));
  });
});
