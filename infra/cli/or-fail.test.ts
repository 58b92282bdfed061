import { ConfigError } from "../config-error.js";
import { orFail, setupCode } from "./or-fail.js";
import { CliProblem } from "./problem.js";

const { log, error } = console;
let out: string[];
let err: string[];
beforeEach(() => {
  [out, err] = [[], []];
  console.log = (text: string) => void out.push(text);
  console.error = (text: string) => void err.push(text);
});
afterEach(() => {
  Object.assign(console, { log, error });
  process.exitCode = undefined;
});

const failing = (thrown: unknown) => () => {
  throw thrown;
};

describe("a command that fails", () => {
  it("says its code and its reason on standard error, and as one document where asked", async () => {
    await orFail(undefined, failing(new ConfigError("NO_CONFIG", "There is none.")));
    await orFail(true, failing(new CliProblem("ROLE_MISSING", "Not yours.", 1, { status: 403 })));
    expect(err).toEqual(["NO_CONFIG: There is none.", "ROLE_MISSING: Not yours."]);
    expect(out.map((text) => JSON.parse(text))).toEqual([{ status: 403 }]);
  });

  it("tells why a part couldn't be reached, which stands in nested errors only", async () => {
    const refused = Object.assign(new AggregateError([new Error("connect ECONNREFUSED 127.0.0.1:1")]), {
      code: "ECONNREFUSED",
    });
    await orFail(true, failing(new Error("fetch failed", { cause: refused })));
    expect(err).toEqual(["FAILED: fetch failed: connect ECONNREFUSED 127.0.0.1:1"]);
  });

  it.each([
    [new ConfigError("NO_CONFIG", "x"), 3, 3],
    [new CliProblem("REFUSED", "x", 1), 1, 1],
    [new Error("x"), 3, 1],
  ] as const)("ends with the code that its help documents: %s", async (thrown, client, setup) => {
    await orFail(undefined, failing(thrown));
    expect(process.exitCode).toBe(client);
    await orFail(undefined, failing(thrown), setupCode);
    expect(process.exitCode).toBe(setup);
  });
});
