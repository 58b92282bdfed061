import { parseConfig } from "./config.js";
import { authenticator, configIdentity, newToken, tokenHash } from "./tokens.js";

const tokens = {
  ana: newToken("acme"),
  old: newToken("acme"),
  gone: newToken("acme"),
  ci: newToken("acme"),
  am: newToken("acme"),
};
const hash = (name: keyof typeof tokens) => `[{ sha256: ${tokenHash(tokens[name])} }]`;
const config = parseConfig(
  `organisation: { id: acme, name: Acme }
policy: p.yaml
people:
  - { id: per_aaaaaaaa, name: Ana, accounts: [], groups: [], roles: [approver], tokens: [{ sha256: ${tokenHash(tokens.old)} }, { sha256: ${tokenHash(tokens.ana)} }] }
  - { id: per_bbbbbbbb, name: Gone, accounts: [], groups: [], roles: [admin], active: false, tokens: ${hash("gone")} }
machines:
  - { id: mch_aaaaaaaa, name: pipeline, roles: [ci], tokens: ${hash("ci")} }
sources:
  - { id: src_aaaaaaaa, name: am, kind: alertmanager, tokens: ${hash("am")}, severity: { label: s, map: {} }, class: availability }
targets: []
`,
  "/x/countersign.yaml",
);
const authenticate = authenticator(config);

describe("a token", () => {
  it("has 256 random bits and names its organisation", () => {
    expect(newToken("acme")).toMatch(/^cs_acme_[A-Za-z0-9_-]{43}$/);
    expect(newToken("acme")).not.toBe(newToken("acme"));
  });

  it("says who calls, and in which role", async () => {
    const ana = { org: "acme", id: "per_aaaaaaaa", kind: "person", name: "Ana", roles: ["approver"] };
    expect(authenticate(tokens.ana)).toEqual(ana);
    expect(authenticate(tokens.old)).toEqual(ana);
    expect(await configIdentity(config).authenticate(tokens.ana)).toEqual(ana);
    expect(authenticate(tokens.ci)).toEqual({
      org: "acme",
      id: "mch_aaaaaaaa",
      kind: "machine",
      name: "pipeline",
      roles: ["ci"],
    });
    expect(authenticate(tokens.am)).toEqual({
      org: "acme",
      id: "src_aaaaaaaa",
      kind: "source",
      name: "am",
      roles: ["source"],
    });
  });

  it("of another organisation is told apart from a wrong one", () => {
    expect(authenticate(newToken("other"))).toBe("WRONG_ORG");
    expect(authenticate(newToken("acme"))).toBeNull();
  });

  it("of an inactive person is nobody's", () => expect(authenticate(tokens.gone)).toBeNull());

  it.each(["", "cs_acme_", "Bearer x", `${"x".repeat(100_000)}`])("that isn't one is nobody's (%#)", (token) =>
    expect(authenticate(token)).toBeNull(),
  );

  it("counts whole: cut, lengthened or with another letter it is nobody's", () => {
    const [head, first, rest] = [tokens.ana.slice(0, 8), tokens.ana[8], tokens.ana.slice(9)];
    const other = `${head}${first === "A" ? "B" : "A"}${rest}`;
    for (const token of [tokens.ana.slice(0, -1), `${tokens.ana}A`, ` ${tokens.ana}`, `${tokens.ana}\n`, other])
      expect(authenticate(token)).toBeNull();
  });

  it("isn't its hash", () => expect(authenticate(tokenHash(tokens.ana))).toBeNull());
});
