import { at, INC, OTHER, ok, planned, problem, recorded, run, serve, TOKEN } from "./client.fixture.js";

const withUrl = (url: string) => ({ COUNTERSIGN_TOKEN: TOKEN, COUNTERSIGN_URL: url });
const taken = {
  status: 202,
  body: { commandId: "cli_taken_1", incident: INC, status: "/v1/orgs/acme/commands/cli_taken_1" },
};
const ACK = `POST ${at(`/${INC}/acknowledge`)}`;
const COMMAND = "GET /v1/orgs/acme/commands/cli_taken_1";

describe("a command", () => {
  it("prints what was recorded, and its answer as it is with --json", async () => {
    const api = await serve({ [ACK]: recorded("Acknowledged") });
    const text = await run(withUrl(api.url), "ack", INC);
    const json = await run(withUrl(api.url), "ack", INC, "--json");
    await api.close();
    expect(text.out).toMatch(/^recorded in inc_\S+\n +7 {2}15:00:00 {2}Acknowledged +Ana\n$/);
    expect(JSON.parse(json.out)).toMatchObject({ incident: INC, events: [{ typ: "Acknowledged" }] });
    expect(json.out).not.toContain("\u001b");
  });

  it("has an id of its own for each invocation, and the same one where an answer was lost", async () => {
    const api = await serve({ [ACK]: ["drop", recorded("Acknowledged"), recorded("Acknowledged")] });
    await run(withUrl(api.url), "ack", INC);
    await run(withUrl(api.url), "ack", INC);
    await api.close();
    const keys = api.seen.map(({ key }) => key);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:-]{7,79}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("says under which id to repeat it where no answer ever came", async () => {
    const api = await serve({ [ACK]: "drop" });
    const { exit, err } = await run(withUrl(api.url), "ack", INC, "--command-id", "mine-0001");
    await api.close();
    expect(exit).toBe(3);
    expect(api.seen.map(({ key }) => key)).toEqual(["mine-0001", "mine-0001", "mine-0001"]);
    expect(err).toContain("--command-id mine-0001");
  });

  it("prints a refusal's code and reason, and exits 1", async () => {
    const api = await serve({ [ACK]: problem(409, "INCIDENT_CLOSED", "The incident has ended.") });
    const text = await run(withUrl(api.url), "ack", INC);
    const json = await run(withUrl(api.url), "ack", INC, "--json");
    await api.close();
    expect(text).toEqual({ exit: 1, out: "", err: "INCIDENT_CLOSED: The incident has ended.\n" });
    expect(JSON.parse(json.out)).toMatchObject({ status: 409, code: "INCIDENT_CLOSED" });
  });

  it("names the members of a body that were wrong", async () => {
    const body = {
      status: 400,
      code: "BODY_INVALID",
      detail: "The body isn't of the expected shape.",
      problems: [{ path: "/text", message: "1 to 8000 characters" }],
    };
    const api = await serve({ [`POST ${at(`/${INC}/notes`)}`]: { status: 400, body } });
    const { exit, err } = await run(withUrl(api.url), "note", INC, "x");
    await api.close();
    expect(exit).toBe(1);
    expect(err).toContain("\n  /text: 1 to 8000 characters");
  });

  it("that was only taken is asked after until it is recorded", async () => {
    const api = await serve({ [ACK]: taken, [COMMAND]: [taken, recorded("Acknowledged")] });
    const { exit, err, out } = await run(withUrl(api.url), "ack", INC, "--wait", "5", "--json");
    await api.close();
    expect(exit).toBe(0);
    expect(JSON.parse(out).events[0].typ).toBe("Acknowledged");
    expect(err).toContain("taken as cli_taken_1");
    expect(api.seen.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
  });

  it("that was only taken may still be refused", async () => {
    const api = await serve({
      [ACK]: taken,
      [COMMAND]: problem(409, "NOT_IN_THIS_PHASE", "The incident is in another phase."),
    });
    const { exit, err } = await run(withUrl(api.url), "ack", INC);
    await api.close();
    expect(exit).toBe(1);
    expect(err).toContain("NOT_IN_THIS_PHASE: ");
  });

  it.each(["0", "1"])("that isn't recorded after --wait %s exits 3 and says how to ask", async (wait) => {
    const api = await serve({ [ACK]: taken, [COMMAND]: taken });
    const { exit, err, out } = await run(withUrl(api.url), "ack", INC, "--wait", wait, "--json");
    await api.close();
    expect(exit).toBe(3);
    expect(JSON.parse(out)).toEqual(taken.body);
    expect(err).toContain("countersign command show cli_taken_1");
  });

  it("can be asked after later", async () => {
    const api = await serve({ [COMMAND]: recorded("NoteAdded") });
    const { exit, out } = await run(withUrl(api.url), "command", "show", "cli_taken_1");
    await api.close();
    expect(exit).toBe(0);
    expect(out).toContain("NoteAdded");
  });
});

describe("an incident may be named", () => {
  const list = (...ids: readonly string[]) => ok({ incidents: ids.map((inc) => ({ ...planned, inc })) });
  const routes = {
    [`GET ${at("?limit=500")}`]: list(INC, OTHER),
    [`GET ${at("?limit=1")}`]: list(INC),
    [ACK]: recorded("Acknowledged"),
  };

  it.each([[INC], [INC.slice(0, 12)], ["latest"]])("as %s", async (word) => {
    const api = await serve(routes);
    expect(await run(withUrl(api.url), "ack", word)).toMatchObject({ exit: 0, err: "" });
    await api.close();
  });

  it.each([
    ["inc_4k2v9x", 2, "INC_AMBIGUOUS"],
    ["inc_4k2v9", 2, "INC_INVALID"],
    ["../../health", 2, "INC_INVALID"],
    ["inc_zzzzzz", 1, "INCIDENT_UNKNOWN"],
  ] as const)("not as %s", async (word, exit, code) => {
    const api = await serve(routes);
    const ran = await run(withUrl(api.url), "ack", word);
    await api.close();
    expect(ran.exit).toBe(exit);
    expect(ran.err).toMatch(new RegExp(`^${code}: `));
    expect(api.seen.some(({ method }) => method === "POST")).toBe(false);
  });
});
