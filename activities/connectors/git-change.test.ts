import { ConnectorError } from "./errors.js";
import { gitConnector } from "./git.js";
import type { GitConfig } from "./git-config.js";

const config: GitConfig = {
  repo: "/srv/environment.git",
  branches: { prod: "env/prod" },
  targets: {
    tgt_checkout: { file: "checkout.json", env: "prod" },
    tgt_payments: { file: "apps/payments.json", env: "prod" },
    tgt_twin: { file: "checkout.json", env: "prod" },
  },
  author: { name: "Countersign", email: "countersign@example.org" },
  markerSecret: new Uint8Array(32),
  workDir: "/var/lib/countersign/git",
};

const precheck = (changes: object) =>
  gitConnector(config).precheck({
    action: "set",
    targets: ["tgt_payments"],
    params: { set: { replicas: 5 } },
    ...changes,
  });

describe("a Git change's precheck", () => {
  it("takes a plan that sets members of one target", async () =>
    expect(await precheck({})).toEqual({ targets: ["tgt_payments"] }));

  it("names every target that the file configures", async () =>
    expect(await precheck({ targets: ["tgt_checkout"] })).toEqual({ targets: ["tgt_checkout", "tgt_twin"] }));

  it("takes a revert, which a plan can't say more of", async () =>
    expect(await precheck({ action: "revert", params: {} })).toEqual({ targets: ["tgt_payments"] }));

  it.each([
    ["TARGET_NOT_MAPPED", "a path as target", { targets: ["../../etc/passwd"] }],
    ["TARGET_NOT_MAPPED", "a target that every object has", { targets: ["constructor"] }],
    ["ONE_TARGET", "no target", { targets: [] }],
    ["ONE_TARGET", "two targets", { targets: ["tgt_checkout", "tgt_twin"] }],
    ["ACTION_UNKNOWN", "an unknown action", { action: "delete" }],
    ["PARAMS_MALFORMED", "nothing to set", { params: {} }],
    ["PARAMS_MALFORMED", "an empty set", { params: { set: {} } }],
    ["PARAMS_MALFORMED", "a list", { params: { set: ["replicas"] } }],
    ["PARAMS_MALFORMED", "a nested value", { params: { set: { replicas: { n: 1 } } } }],
    ["PARAMS_MALFORMED", "a key with a line feed", { params: { set: { "a\nb": 1 } } }],
    ["PARAMS_MALFORMED", "a key like an option", { params: { set: { "--output": 1 } } }],
    ["PARAMS_MALFORMED", "a file of its own", { params: { set: { replicas: 1 }, file: "../x.json" } }],
    [
      "PARAMS_MALFORMED",
      "a branch as base",
      { params: { set: { replicas: 1 }, expect: { commit: "--upload-pack=x" } } },
    ],
    [
      "PARAMS_MALFORMED",
      "a base and more",
      { params: { set: { replicas: 1 }, expect: { commit: "0".repeat(40), x: 1 } } },
    ],
    ["PARAMS_MALFORMED", "a key that is none to undo", { action: "revert", params: { undoes: ".*" } }],
  ])("refuses with %s %s", async (code, _, changes) =>
    expect(await precheck(changes)).toMatchObject({ refused: code, message: expect.any(String) }),
  );
});

describe("a Git configuration", () => {
  it.each<[string, Partial<GitConfig>]>([
    ["a repository like an option", { repo: "--upload-pack=x" }],
    ["a relative repository", { repo: "environment.git" }],
    ["a remote helper", { repo: "ext::sh -c x" }],
    ["a file outside", { targets: { tgt_a: { file: "../x.json", env: "prod" } } }],
    ["an absolute file", { targets: { tgt_a: { file: "/etc/x.json", env: "prod" } } }],
    ["git's own folder", { targets: { tgt_a: { file: ".git/config", env: "prod" } } }],
    ["a file like an option", { targets: { tgt_a: { file: "-x.json", env: "prod" } } }],
    ["an environment without branch", { targets: { tgt_a: { file: "x.json", env: "test" } } }],
    ["an environment that every object has", { targets: { tgt_a: { file: "x.json", env: "toString" } } }],
    ["a branch with dots", { branches: { prod: "env/../main" } }],
    ["a branch like a refspec", { branches: { prod: "a:b" } }],
    ["a branch that ends in .lock", { branches: { prod: "env/prod.lock" } }],
    ["a short secret", { markerSecret: new Uint8Array(8) }],
    ["an author with a line feed", { author: { name: "a\nb", email: "a@example.org" } }],
    ["a relative key", { signingKey: "id_ed25519" }],
  ])("is refused with %s", (_, changes) => {
    const make = () => gitConnector({ ...config, ...changes });
    expect(make).toThrow(ConnectorError);
    expect(make).toThrow(expect.objectContaining({ code: "CONNECTOR_CONFIG" }));
  });
});
