import { readFileSync } from "node:fs";
import { canonicalText, type Json } from "../incidents/canonical.js";
import { policyDigest, requirementDigest } from "./digests.js";
import { PolicyError, type PolicyProblem } from "./errors.js";
import { parsePolicy } from "./parse.js";
import { policyOfJson } from "./policy-json.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const demo = read("./samples/demo.policy.yaml");

function problemsOf(run: () => unknown): readonly PolicyProblem[] {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
}
const problems = (text: string) =>
  problemsOf(() => parsePolicy(text)).map(({ line, column, code }) => `${line}:${column} ${code}`);
const messages = (text: string) => problemsOf(() => parsePolicy(text)).map(({ message }) => message);

/** Line 6 on are controls; each test's text begins there. */
const HEAD = "apiVersion: policy/v1\nsemantics: 1\nname: p\nrevision: 1\nowner: group:g\ncontrols:\n";
const withControl = (...lines: readonly string[]): string =>
  `${HEAD}  - id: c\n    title: T\n${lines.map((line) => `    ${line}\n`).join("")}`;

describe("a policy document", () => {
  it("is read with every default filled in", () =>
    expect(parsePolicy(withControl("require: { approval: { from: group:sre, count: 1 } }"))).toEqual({
      apiVersion: "policy/v1",
      semantics: 1,
      name: "p",
      revision: 1,
      owner: "group:g",
      inFlight: "strictest",
      defaults: {
        approval: { expiresAfter: "4h", membership: "then-and-now", onReject: "veto", binds: ["plan", "requirement"] },
        onePersonOneSeat: true,
        notAllowedToApprove: ["plan.authors", "plan.requester", "plan.executor"],
        unknownFact: "block",
      },
      controls: [
        {
          id: "c",
          title: "T",
          when: {},
          require: { approval: { from: "group:sre", count: 1, expiresAfter: "4h", assurance: "session" } },
          waivable: "by-exception",
        },
      ],
      nextSteps: [
        "repair-facts",
        "attach-evidence",
        "wait-for-window",
        "ask-approval",
        "change-plan",
        "escalate",
        "break-glass",
      ],
    }));

  it("has the same digest however its defaults and durations are spelled", () => {
    const short = withControl("require: { approval: { from: group:sre, count: 1 } }", "when: { plan.risk: high }");
    const long = withControl(
      "when: { plan.risk: [high] }",
      "waivable: by-exception",
      "require: { approval: { assurance: session, count: 1, from: 'group:sre', expiresAfter: 240m } }",
    );
    expect(policyDigest(parsePolicy(long))).toBe(policyDigest(parsePolicy(short)));
    expect(requirementDigest(parsePolicy(long), "c")).toBe(requirementDigest(parsePolicy(short), "c"));
    expect(policyDigest(parsePolicy(short.replace("high", "low")))).not.toBe(policyDigest(parsePolicy(short)));
  });

  it("gives its own default expiry to its requirements", () => {
    const text = `${withControl("require: { approval: { from: group:sre, count: 1 } }")}defaults: { approval: { expiresAfter: 90m } }\n`;
    expect(parsePolicy(text).controls[0]!.require).toMatchObject({ approval: { expiresAfter: "90m" } });
  });

  it("of the demo is read", () =>
    expect(parsePolicy(demo).controls.map(({ id }) => id)).toEqual([
      "evidence-impact",
      "separation-of-duties",
      "peer-approval",
      "service-owner-approval",
      "no-conflict",
    ]));

  it("has a digest per requirement, and none for one that it hasn't", () =>
    expect(() => requirementDigest(parsePolicy(demo), "other")).toThrow("UNKNOWN_REQUIREMENT"));
});

describe("a bad document", () => {
  const require = "require: { separation: known-persons }";
  it.each<[string, string, readonly string[]]>([
    ["an unknown key", withControl(require, "colour: red"), ["10:5 UNKNOWN_KEY"]],
    ["a duplicate key", withControl(require, "title: U"), ["10:5 DUPLICATE_KEY"]],
    ["a missing key", `${HEAD}  - id: c\n    title: T\n`, ["7:5 MISSING_KEY"]],
    ["a wrong type", withControl(require, "when: high"), ["10:11 WRONG_TYPE"]],
    [
      "a count that is no number",
      withControl("require: { approval: { from: group:a, count: many } }"),
      ["9:50 WRONG_TYPE"],
    ],
    ["a float", withControl("require: { approval: { from: group:a, count: 1.5 } }"), ["9:50 WRONG_TYPE"]],
    ["a count of 0", withControl("require: { approval: { from: group:a, count: 0 } }"), ["9:50 WRONG_VALUE"]],
    [
      "a bad duration",
      withControl("require: { approval: { from: group:a, count: 1, expiresAfter: 4 hours } }"),
      ["9:67 BAD_DURATION"],
    ],
    [
      "more votes than seats",
      withControl("require: { approval: { seats: [group:a], count: 2 } }"),
      ["9:53 COUNT_TOO_LARGE"],
    ],
    [
      "more votes than can be seated",
      withControl("require: { approval: { from: group:a, count: 21 } }"),
      ["9:50 WRONG_VALUE"],
    ],
    ["a group without its prefix", withControl("require: { approval: { from: sre, count: 1 } }"), ["9:34 WRONG_VALUE"]],
    ["a fact that isn't declared", withControl(require, "when: { plan.colour: red }"), ["10:13 UNDECLARED_FACT"]],
    [
      "an undeclared attribute of targets",
      withControl(require, "when: { anyTarget: { colour: red } }"),
      ["10:26 UNDECLARED_FACT"],
    ],
    ["a target condition without members", withControl(require, "when: { anyTarget: {} }"), ["10:24 WRONG_VALUE"]],
    ["a risk that isn't one", withControl(require, "when: { plan.risk: [high, huge] }"), ["10:31 WRONG_VALUE"]],
    ["a value twice", withControl(require, "when: { plan.risk: [high, high] }"), ["10:31 DUPLICATE_VALUE"]],
    ["no requirement", withControl("require: {}"), ["9:14 MISSING_KEY"]],
    [
      "two kinds",
      withControl("require: { separation: known-persons, noOtherActionOn: plan.targets }"),
      ["9:14 WRONG_VALUE"],
    ],
    ["an id twice", `${withControl(require)}  - { id: c, title: U, ${require} }\n`, ["10:11 DUPLICATE_ID"]],
    ["a reserved id", withControl(require).replace("id: c", "id: break-glass"), ["7:9 WRONG_VALUE"]],
    ["another semantics", withControl(require).replace("semantics: 1", "semantics: 2"), ["2:12 WRONG_VALUE"]],
    ["a weaker rule", `${withControl(require)}defaults: { onePersonOneSeat: false }\n`, ["10:31 WRONG_VALUE"]],
    ["no controls", `${HEAD.trimEnd()} []\n`, ["6:11 WRONG_VALUE"]],
    ["nothing", "", ["1:1 WRONG_TYPE"]],
    ["a list", "- 1\n", ["1:1 WRONG_TYPE"]],
    [
      "an alias",
      withControl("require: &r { separation: known-persons }", "when: *r"),
      ["9:17 YAML_FEATURE", "10:11 YAML_FEATURE", "10:11 WRONG_TYPE"],
    ],
    ["a tag", withControl("require: { separation: !!str known-persons }"), ["9:34 YAML_FEATURE"]],
    ["a directive", `%YAML 1.1\n---\n${withControl(require)}`, ["1:1 YAML_FEATURE"]],
    ["a merge key", withControl(require, "<<: { waivable: never }"), ["10:5 UNKNOWN_KEY"]],
    ["the key __proto__", withControl(require, "__proto__: { waivable: never }"), ["10:5 UNKNOWN_KEY"]],
    ["a tab", withControl(require, "\twhen: {}"), ["10:5 BAD_YAML"]],
  ])("with %s is refused where it stands", (_, text, expected) => expect(problems(text)).toEqual(expected));

  it("with two documents is refused", () =>
    expect(problems(`${withControl(require)}---\na: 1\n`)).toContain("10:1 BAD_YAML"));

  it("with many problems names them all, in the order of the text", () => {
    const text = withControl(
      "require: { approval: { seats: [group:a], count: 2, expiresAfter: soon } }",
      "wehn: {}",
    ).replace("name: p", "name: P!");
    expect(problems(text)).toEqual([
      "3:7 WRONG_VALUE",
      "9:53 COUNT_TOO_LARGE",
      "9:70 BAD_DURATION",
      "10:5 UNKNOWN_KEY",
    ]);
  });

  it("suggests the word that was meant", () => {
    expect(messages(withControl(require, "waiveable: never"))[0]).toContain("did you mean waivable?");
    expect(messages(withControl("require: { aproval: { from: group:a, count: 1 } }"))[0]).toContain(
      "did you mean approval?",
    );
    expect(messages(withControl(require, "when: { plan.risk: hihg }"))[0]).toContain("did you mean high?");
  });

  it.each<[string, string, string]>([
    ["inside", withControl("require: { inside: prod-window, mustFit: [expected] }"), "9:16 KIND_NOT_BUILT"],
    ["outside", withControl("require: { outside: freezes }"), "9:16 KIND_NOT_BUILT"],
    ["deny", withControl("require: deny"), "9:14 KIND_NOT_BUILT"],
    ["override", withControl(require, "override: { approval: { from: group:a, count: 1 } }"), "10:5 KIND_NOT_BUILT"],
    ["calendars", `${withControl(require)}calendars: {}\n`, "10:1 KIND_NOT_BUILT"],
    ["breakGlass", `${withControl(require)}breakGlass: {}\n`, "10:1 KIND_NOT_BUILT"],
  ])("with a kind that isn't built is refused by its name: %s", (kind, text, expected) => {
    expect(problems(text)).toContain(expected);
    expect(messages(text)[0]).toContain(kind);
  });

  it.each([
    ["deep", "[".repeat(50_000)],
    ["long", "a".repeat(200_000)],
    ["deeply nested in blocks", Array.from({ length: 400 }, (_, i) => `${" ".repeat(i)}a:\n`).join("")],
    ["a bomb of aliases", "a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n"],
    ["bytes", "\u0000\ufffe\ud800"],
    ["keys that aren't words", "? [a]\n: 1\n? {b: 1}\n: 2\nnull: 3\n1: 4\n"],
  ])("that is hostile is refused with a code: %s", (_, text) => {
    const found = problemsOf(() => parsePolicy(text));
    expect(found.length).toBeGreaterThan(0);
    for (const { line, column, code } of found)
      expect([line > 0, column > 0, /^[A-Z_]+$/.test(code)]).toEqual([true, true, true]);
  });
});

describe("a policy as JSON", () => {
  const canonical = JSON.parse(canonicalText(parsePolicy(demo))) as { [key: string]: Json };

  it("is read back with the same digest", () =>
    expect(policyDigest(policyOfJson(canonical))).toBe(policyDigest(parsePolicy(demo))));

  it("is refused where a default isn't filled in", () => {
    const { nextSteps: _, ...rest } = canonical as unknown as Record<string, Json>;
    expect(problemsOf(() => policyOfJson(rest))).toMatchObject([{ code: "NOT_CANONICAL" }]);
  });

  it("is refused with the path of each problem", () =>
    expect(problemsOf(() => policyOfJson({ ...canonical, controls: [{ id: "x" }], extra: 1 }))).toMatchObject([
      { path: "/extra", code: "UNKNOWN_KEY" },
      { path: "/controls/0", code: "MISSING_KEY" },
      { path: "/controls/0", code: "MISSING_KEY" },
    ]));

  it.each<[Json]>([
    [null],
    [1],
    ["x"],
    [[]],
    [{}],
    [{ controls: { a: 1 } }],
    [{ controls: [null, 1, []] }],
    [{ defaults: [], controls: [{ require: 1 }] }],
  ])("that is none is refused with codes: %j", (json) =>
    expect(problemsOf(() => policyOfJson(json)).length).toBeGreaterThan(0),
  );
});
