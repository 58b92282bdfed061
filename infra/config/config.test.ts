import { resolve } from "node:path";
import { parseConfig, readConfig } from "./config.js";
import { ConfigFileError } from "./problems.js";

const HASH = "a".repeat(64);
const GOOD = `organisation: { id: acme, name: Acme }
policy: policies/prod.yaml
people:
  - id: per_aaaaaaaa
    name: Ana
    accounts: [ana]
    groups: [sre]
    roles: [responder]
    tokens: [{ sha256: ${HASH}, note: laptop }]
sources:
  - id: src_aaaaaaaa
    name: am
    kind: alertmanager
    tokens: []
    severity: { label: severity, map: { critical: 1, 5: 2 } }
    class: availability
targets:
  - { id: tgt_aaaaaaaa, name: checkout-prod, env: prod, tier: 1, tags: [], owner: "group:sre", git: { file: a/checkout.json } }
connectors:
  git: { repo: ../env.git, environments: { prod: env/prod }, signingKeyFile: keys/git, authorName: Bot, authorEmail: bot@acme.example }
  tickets: { url: "http://127.0.0.1:9000", tokenFile: keys/tickets, sandbox: true }
  probe: { allow: ["127.0.0.1:8080", "[::1]:80"] }
`;

const parse = (text: string) => parseConfig(text, "/etc/cs/countersign.yaml", new Date(0));
const problemsOf = (text: string): readonly string[] => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigFileError)
      return error.problems.map(({ code, line, path }) => `${code} ${line} ${path}`);
    throw error;
  }
  return [];
};

describe("the configuration", () => {
  it("is read with its defaults and with absolute paths", () => {
    const config = parse(GOOD);
    expect(config).toMatchObject({
      readAt: "1970-01-01T00:00:00.000Z",
      policyFile: resolve("/etc/cs/policies/prod.yaml"),
      machines: [],
    });
    expect(config.people[0]).toMatchObject({ active: true, kind: "human" });
    expect(config.sources[0]).toMatchObject({
      correlation: ["alertname", "service", "env"],
      services: ["service"],
      drill: false,
    });
    expect(config.sources[0]!.severity.map).toEqual({ critical: 1, "5": 2 });
    expect(config.connectors.git).toMatchObject({
      repo: resolve("/etc/env.git"),
      signingKeyFile: resolve("/etc/cs/keys/git"),
    });
    expect(config.connectors.tickets).toMatchObject({ tokenFile: resolve("/etc/cs/keys/tickets") });
  });

  it.each(["git@host:repo.git", "https://host/repo.git", "file:///srv/repo.git"])(
    "leaves the repository %s as it is",
    (repo) => expect(parse(GOOD.replace("../env.git", repo)).connectors.git!.repo).toBe(repo),
  );

  it("may do without machines and connectors", () => {
    const bare = GOOD.slice(0, GOOD.indexOf("connectors:")).replace(", git: { file: a/checkout.json }", "");
    expect(parse(bare).connectors).toEqual({});
  });
});

describe("a configuration is refused, with the line,", () => {
  it.each([
    ["an unknown key", GOOD.replace("name: Ana", "nmae: Ana"), "UNKNOWN_KEY 5 /people/0/nmae"],
    ["an unknown key at the top", `${GOOD}extra: 1\n`, "UNKNOWN_KEY 23 /extra"],
    ["a missing key", GOOD.replace("    roles: [responder]\n", ""), "WRONG_VALUE 4 /people/0/roles"],
    ["a wrong type", GOOD.replace("tier: 1", 'tier: "1"'), "WRONG_VALUE 18 /targets/0/tier"],
    ["an unknown role", GOOD.replace("[responder]", "[root]"), "WRONG_VALUE 8 /people/0/roles/0"],
    ["a token in the clear", GOOD.replace(HASH, "cs_acme_secret"), "WRONG_VALUE 9 /people/0/tokens/0/sha256"],
    [
      "a severity that isn't one",
      GOOD.replace("critical: 1", "critical: 9"),
      "WRONG_VALUE 15 /sources/0/severity/map/critical",
    ],
    ["a duplicate key", GOOD.replace("name: Ana", "name: Ana\n    name: Bo"), "DUPLICATE_KEY 6 "],
    ["broken YAML", GOOD.replace("accounts: [ana]", "accounts: [ana"), "BAD_YAML"],
    [
      "an alias",
      GOOD.replace("name: Ana", "name: &a Ana").replace("name: am", "name: *a"),
      "YAML_FEATURE 5 /people/0/name",
    ],
    ["a tag", GOOD.replace("name: Ana", "name: !!str Ana"), "YAML_FEATURE 5 /people/0/name"],
    ["two documents", `${GOOD}---\n{}\n`, "BAD_YAML"],
    [
      "a file outside the repository",
      GOOD.replace("a/checkout.json", "../x.json"),
      "WRONG_VALUE 18 /targets/0/git/file",
    ],
    ["git's own folder", GOOD.replace("a/checkout.json", ".git/hooks/x"), "WRONG_VALUE 18 /targets/0/git/file"],
    [
      "a branch that is an option",
      GOOD.replace("env/prod", "--force"),
      "WRONG_VALUE 20 /connectors/git/environments/prod",
    ],
    [
      "credentials in a URL",
      GOOD.replace("http://127.0.0.1:9000", "http://u:p@host"),
      "WRONG_VALUE 21 /connectors/tickets/url",
    ],
    [
      "one id twice",
      GOOD.replace("src_aaaaaaaa", "src_aaaaaaab").replace(
        "targets:\n",
        "targets:\n  - { id: tgt_aaaaaaaa, name: b, env: prod, tier: 1, tags: [], owner: 'group:sre' }\n",
      ),
      "DUPLICATE_ID 19 /targets/1/id",
    ],
    ["one account twice", GOOD.replace("[ana]", "[ana, ana]"), "ACCOUNT_TWICE 6 /people/0/accounts/1"],
    [
      "one token twice",
      GOOD.replace("tokens: []", `tokens: [{ sha256: ${HASH} }]`),
      "TOKEN_TWICE 14 /sources/0/tokens/0/sha256",
    ],
    ["an owner nobody knows", GOOD.replace("group:sre", "per_zzzzzzzz"), "UNKNOWN_PERSON 18 /targets/0/owner"],
    [
      "a target whose environment has no branch",
      GOOD.replace("env: prod", "env: test"),
      "ENV_WITHOUT_BRANCH 18 /targets/0/git",
    ],
    ["tickets without a token", GOOD.replace("tokenFile: keys/tickets, ", ""), "TOKEN_UNCLEAR 21 /connectors/tickets"],
    ["nothing", "", "WRONG_VALUE 1 "],
    ["a list", "- a\n", "WRONG_VALUE 1 "],
  ])("for %s", (_, text, problem) => {
    expect(text).not.toBe(GOOD);
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(problem));
  });

  it("and says file, line, column, code and what was expected", () => {
    expect(() => parse(GOOD.replace("id: per_aaaaaaaa", "id: 7"))).toThrow(
      "/etc/cs/countersign.yaml:4:5 WRONG_VALUE /people/0/id: expected a person id, found number",
    );
    expect(() => parse("x: 1\n")).toThrow(expect.objectContaining({ code: "UNKNOWN_KEY" }));
  });

  it("for everything at once", () => expect(problemsOf(GOOD.replace("name: Ana", "nmae: 1")).length).toBe(2));

  it("where there is none", () =>
    expect(() => readConfig("/nowhere/x.yaml")).toThrow(expect.objectContaining({ code: "CONFIG_NOT_FOUND" })));
});
