import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChangeRepository } from "./git-repo.js";

let dir: string;
const path = process.env.PATH;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "git-repo-"));
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(dir, { recursive: true });
});

const create = (files = { "checkout.json": { replicas: 1 } }) =>
  createChangeRepository({
    repository: join(dir, "sandbox", "environment.git"),
    signingKey: join(dir, "keys", "signer"),
    files,
  });

describe("the sandbox's repository", () => {
  it("is left as it is where it exists", () => {
    const made = create();
    expect(create({ "checkout.json": { replicas: 9 } })).toEqual(made);
  });

  it("has a key that only its owner can read, and leaves nothing beside it", () => {
    const { signingKey } = create();
    expect(statSync(signingKey).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, "sandbox"))).toEqual(["environment.git"]);
  });

  it("says what is missing", () => {
    process.env.PATH = dir;
    expect(create).toThrow(expect.objectContaining({ code: "SSH_KEYGEN_MISSING" }));
  });
});
