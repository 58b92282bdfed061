import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at, INC, ok, planned, problem, run, serve, TOKEN } from "./client.fixture.js";
import { connectionOf } from "./connection.js";

const env = { COUNTERSIGN_TOKEN: TOKEN };

describe("a connection", () => {
  it("takes organisation and address from token and environment", () => {
    expect(connectionOf({}, env)).toEqual({ url: "http://127.0.0.1:8460", token: TOKEN, org: "acme" });
    expect(connectionOf({}, { ...env, COUNTERSIGN_URL: "https://cs.example.com/base/" }).url).toBe(
      "https://cs.example.com/base",
    );
    expect(connectionOf({ url: "http://[::1]:1" }, { COUNTERSIGN_TOKEN: "opaque", COUNTERSIGN_ORG: "beta" })).toEqual({
      url: "http://[::1]:1",
      token: "opaque",
      org: "beta",
    });
  });

  it("reads the token of a file, and prefers the one that was named", () => {
    const dir = mkdtempSync(join(tmpdir(), "token-"));
    const file = join(dir, "token");
    writeFileSync(file, "cs_beta_fromfile\n");
    expect(connectionOf({ tokenFile: file }, env).org).toBe("beta");
    expect(connectionOf({}, { COUNTERSIGN_TOKEN_FILE: file }).token).toBe("cs_beta_fromfile");
    rmSync(dir, { recursive: true });
    expect(() => connectionOf({ tokenFile: file }, {})).toThrow("can't be read (ENOENT)");
  });

  it.each([
    [{}, "TOKEN_MISSING"],
    [{ COUNTERSIGN_TOKEN: "two\nlines" }, "TOKEN_MALFORMED"],
    [{ COUNTERSIGN_TOKEN: "opaque" }, "ORG_UNKNOWN"],
    [{ ...env, COUNTERSIGN_URL: "ftp://x" }, "URL_INVALID"],
    [{ ...env, COUNTERSIGN_URL: "http://me:pw@x" }, "URL_INVALID"],
  ])("refuses %j with %s", (given, code) => {
    expect(() => connectionOf({}, given)).toThrow(expect.objectContaining({ code }));
  });

  it("has no option for a token on the command line", async () => {
    expect(await run(env, "incident", "list", "--token", TOKEN)).toMatchObject({ exit: 2 });
  });
});

describe("an API that can't be used", () => {
  it("is named in one sentence with what to do, and exits 3", async () => {
    const api = await serve({});
    await api.close();
    const { exit, err, out } = await run(env, "incident", "list", "--url", api.url, "--json");
    expect(exit).toBe(3);
    expect(err).toContain(
      `API_UNREACHABLE: The API at ${api.url} doesn't answer (nothing listens there): start it with \`countersign up\``,
    );
    expect(JSON.parse(out).error.code).toBe("API_UNREACHABLE");
  });

  it.each([
    [{ status: 200, body: "<html>hello</html>", type: "text/html" }, "NOT_THE_API", 3],
    [{ status: 302, body: {} }, "NOT_THE_API", 3],
    [problem(503, "STORE_UNAVAILABLE", "The store is down; nothing was taken."), "STORE_UNAVAILABLE", 3],
    [problem(401, "BAD_TOKEN", "The bearer token isn't valid."), "BAD_TOKEN", 1],
    [problem(403, "ROLE_MISSING", "This needs a person."), "ROLE_MISSING", 1],
    [problem(404, "INCIDENT_UNKNOWN", "There is no such incident."), "INCIDENT_UNKNOWN", 1],
  ] as const)("%j is told as %s, exit %s", async (reply, code, exit) => {
    const api = await serve({ [`GET ${at(`/${INC}`)}`]: reply });
    const ran = await run({ ...env, COUNTERSIGN_URL: api.url }, "incident", "show", INC);
    await api.close();
    expect(ran).toMatchObject({ exit, out: "" });
    expect(ran.err).toMatch(new RegExp(`^${code}: \\S`));
  });

  it("asks again where an answer was lost", async () => {
    const api = await serve({ [`GET ${at(`/${INC}`)}`]: ["drop", ok(planned)] });
    expect(await run({ ...env, COUNTERSIGN_URL: api.url }, "incident", "show", INC, "--json")).toMatchObject({
      exit: 0,
    });
    await api.close();
    expect(api.seen).toHaveLength(2);
  });
});

describe("the token", () => {
  it.each([
    ["refused", problem(401, "BAD_TOKEN", "The bearer token isn't valid.")],
    ["shown", ok(planned)],
    ["lost", "drop"],
  ] as const)("goes to the API and never to the screen: %s", async (_, reply) => {
    const api = await serve({ [`GET ${at(`/${INC}`)}`]: reply });
    const { out, err } = await run({ ...env, COUNTERSIGN_URL: api.url }, "incident", "show", INC);
    await api.close();
    expect(api.seen[0]!.authorization).toBe(`Bearer ${TOKEN}`);
    expect(out + err).not.toBe("");
    expect(out + err).not.toContain(TOKEN.slice(8));
  });

  it("isn't quoted where it is malformed", async () => {
    const { err, exit } = await run({ COUNTERSIGN_TOKEN: "cs_acme_s3cr3t with spaces" }, "incident", "list");
    expect(exit).toBe(3);
    expect(err).not.toContain("s3cr3t");
  });
});
