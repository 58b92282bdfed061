import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPaths } from "./paths.js";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cs-paths-")));
  mkdirSync(join(root, "a/b"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const homeFrom = (cwd: string, env: NodeJS.ProcessEnv = {}): string => findPaths(env, join(root, cwd)).home;

it("is COUNTERSIGN_HOME before anything else", () => {
  writeFileSync(join(root, "countersign.yaml"), "");
  expect(homeFrom("a", { COUNTERSIGN_HOME: "/srv/cs" })).toBe("/srv/cs");
  expect(homeFrom("a", { COUNTERSIGN_HOME: "b" })).toBe(join(root, "a/b"));
  expect(homeFrom("a", { COUNTERSIGN_HOME: "" })).toBe(root);
});

it("is the nearest folder upwards that holds the file, itself or in .countersign", () => {
  writeFileSync(join(root, "countersign.yaml"), "");
  expect(homeFrom("a/b")).toBe(root);
  mkdirSync(join(root, "a/.countersign"));
  expect(homeFrom("a/b")).toBe(root);
  writeFileSync(join(root, "a/.countersign/countersign.yaml"), "");
  expect(homeFrom("a/b")).toBe(join(root, "a/.countersign"));
});

it("is .countersign here where there is none", () => {
  expect(homeFrom("a")).toBe(join(root, "a/.countersign"));
  expect(findPaths({}, join(root, "a")).keys).toBe(join(root, "a/.countersign/keys"));
});
