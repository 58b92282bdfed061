import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Import, importsOf, sourcesUnder } from "./imports.js";

const root = resolve(".");

interface Rule {
  /** Our folders (or files) whose values it may import, besides itself. */
  readonly values: readonly string[];
  readonly types?: readonly string[];
  /** Packages whose values it may import; a trailing * means any below. */
  readonly packages: readonly string[];
}

const NEST = ["@nestjs/*", "fastify", "reflect-metadata", "rxjs", "prom-client"];

/** The table of the architecture, as data. Who isn't listed is imported by nobody and imports nothing. */
const RULES: { readonly [folder: string]: Rule } = {
  incidents: { values: [], packages: ["@noble/hashes/*"] },
  policy: { values: ["incidents"], packages: ["@noble/hashes/*"] },
  receipts: { values: ["incidents", "policy"], packages: ["@noble/hashes/*", "@noble/ed25519"] },
  workflows: {
    values: ["incidents"],
    types: ["activities"],
    packages: ["@temporalio/workflow", "@temporalio/common*"],
  },
  activities: {
    values: ["incidents", "policy", "receipts"],
    packages: ["node:*", "@noble/*", "@temporalio/activity", "@temporalio/common"],
  },
  services: {
    values: ["incidents", "policy", "receipts", "workflows/messages"],
    types: ["activities"],
    packages: ["node:*", "@noble/*", ...NEST],
  },
  infra: {
    values: ["incidents", "policy", "receipts", "workflows", "activities", "services", "infra"],
    packages: ["*"],
  },
};

/** Files at a folder's edge that may reach further than the rest of it, and why. */
const EDGES: { readonly [file: string]: readonly string[] } = {
  "policy/parse.ts": ["yaml"],
  "receipts/cli/": ["node:*", "commander"],
};

const isTest = (file: string): boolean => /\.(test|fixture)\.ts$/.test(file);
const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
const within = (folder: string, path: string): boolean => path === `${folder}.js` || path.startsWith(`${folder}/`);

function complaint(folder: string, rule: Rule, { file, target, ours, typeOnly }: Import): string | null {
  const edge = Object.entries(EDGES).find(([path]) => file.startsWith(path))?.[1] ?? [];
  if (!ours)
    return typeOnly || [...rule.packages, ...edge].some((pattern) => matches(pattern, target))
      ? null
      : `${file} imports ${target}`;
  const allowed = [folder, ...rule.values, ...(typeOnly ? (rule.types ?? []) : [])];
  return allowed.some((each) => within(each, target)) ? null : `${file} imports ${target}${typeOnly ? " (types)" : ""}`;
}

const complaints = (folder: string): readonly string[] =>
  sourcesUnder(root, folder)
    .filter((file) => !isTest(file))
    .flatMap((file) => importsOf(root, file))
    .map((each) => complaint(folder, RULES[folder]!, each))
    .filter((each) => each !== null);

describe("the architecture", () => {
  it.each(Object.keys(RULES))("%s imports only what the table allows", (folder) => {
    expect(sourcesUnder(root, folder).length).toBeGreaterThan(3);
    expect(complaints(folder)).toEqual([]);
  });

  it("lets only composition roots, the CLI and their like import across infra", () => {
    const outside = Object.keys(RULES).filter((folder) => folder !== "infra");
    const reaching = outside.flatMap((folder) =>
      sourcesUnder(root, folder)
        .filter((f) => !isTest(f))
        .flatMap((f) => importsOf(root, f)),
    );
    expect(reaching.length).toBeGreaterThan(100);
    expect(reaching.filter((each) => each.ours && within("infra", each.target))).toEqual([]);
  });

  it("compiles incidents, policy and the verifier without Node's and the browser's types", () => {
    const compiled = execFileSync("node_modules/.bin/tsc", ["--noEmit", "-p", "tsconfig.pure.json"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(compiled).toBe("");
  }, 60_000);

  it("tells a type-only import from one of values", () => {
    const dir = mkdtempSync(join(tmpdir(), "imports-"));
    try {
      writeFileSync(
        join(dir, "a.ts"),
        'import type { A } from "./b.js";\nimport { type B } from "./b.js";\nimport { type C, d } from "./b.js";\nexport { e } from "x";\n',
      );
      expect(importsOf(dir, "a.ts").map(({ typeOnly }) => typeOnly)).toEqual([true, true, false, false]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
