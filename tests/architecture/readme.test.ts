import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { problemsOf } from "../../incidents/shape.js";
import { allCommands } from "../../infra/cli/commands.js";
import { parsePolicy } from "../../policy/parse.js";
import { planBody } from "../../services/incidents/plan.js";
import { blocks, complaint, leaves, usesIn, wordsOf } from "./documented-commands.js";
import { sourcesUnder } from "./imports.js";

const DOCUMENTS = [
  "README.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const COMMANDS = allCommands();
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Readonly<Record<string, string>> };

const read = (file: string): string => readFileSync(file, "utf8");
describe("the documents", () => {
  const uses = DOCUMENTS.flatMap((file) => usesIn(read(file)));

  it("name only commands, options and arguments that the program has", () => {
    expect(uses.length).toBeGreaterThan(80);
    expect(uses.flatMap((words) => complaint(COMMANDS, words) ?? [])).toEqual([]);
  });

  it("name every command that the program has", () => {
    const used = new Set(uses.flatMap((words) => [words[0]!, words.slice(0, 2).join(" ")]));
    expect(leaves(COMMANDS).filter((name) => !used.has(name))).toEqual([]);
  });

  it("know a command that doesn't exist from one that does", () => {
    expect(complaint(COMMANDS, wordsOf("countersign incident shew latest"))).toBe(
      "countersign incident has no command shew",
    );
    expect(complaint(COMMANDS, wordsOf("npx countersign verify a.json --trust t.json --strict"))).toBe(
      "countersign verify has no option --strict",
    );
    expect(complaint(COMMANDS, wordsOf("countersign own latest bo"))).toBe("countersign own takes no argument bo");
    expect(complaint(COMMANDS, wordsOf('A=b countersign note latest "Two words" | tee x'))).toBeNull();
  });

  it("name only npm scripts that package.json has", () => {
    const named = DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/\bnpm (?:run ([\w:-]+)|(test)\b)/g)].map(([, run, test]) => run ?? test!),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it("link only to files that are there", () => {
    const links = DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => join(dirname(file), target!)),
    );
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((target) => !existsSync(target))).toEqual([]);
  });

  it("name only settings that the code reads", () => {
    const code = sourcesUnder(".", "infra").map(read).join("\n");
    const named = new Set(
      DOCUMENTS.flatMap((file) => read(file).match(/\b(?:COUNTERSIGN|TEMPORAL|KAFKA|DATABASE|XDG)_[A-Z_]+\b/g) ?? []),
    );
    expect(named.size).toBeGreaterThan(5);
    expect([...named].filter((name) => !code.includes(name))).toEqual([]);
  });
});

interface Hook {
  readonly url: string;
  readonly send_resolved: boolean;
  readonly http_config: object;
}
const hookOf = (config: unknown): Hook =>
  (config as { receivers: [{ webhook_configs: [Hook] }] }).receivers[0].webhook_configs[0];

describe("the README", () => {
  const [plan, receiver] = blocks(read("README.md"), "yaml").map((text): unknown => parse(text));

  it("shows a plan that the API takes", () => expect(problemsOf(planBody, plan)).toEqual([]));

  it("shows a receiver that sends resolved alerts, with its token in a file", () => {
    const { url, send_resolved: resolved, http_config: http } = hookOf(receiver);
    expect(new URL(url).pathname).toBe("/v1/alerts/alertmanager");
    expect(resolved).toBe(true);
    expect(http).toEqual({ authorization: { type: "Bearer", credentials_file: expect.any(String) } });
  });
});

describe("the policy's page", () => {
  const bare = (text: string): readonly string[] =>
    text
      .split("\n")
      .map((line) => line.replace(/\s+#.*$/, "").trim())
      .filter(Boolean);

  it("quotes the demo policy as it is, and all of it", () => {
    const demo = read("policy/samples/demo.policy.yaml");
    const told = blocks(read("docs/policy.md"), "yaml").flatMap(bare);
    expect(parsePolicy(demo).name).toBe("demo");
    expect(told).toEqual(bare(demo).filter((line) => !line.startsWith("#") && line !== "controls:"));
  });
});
