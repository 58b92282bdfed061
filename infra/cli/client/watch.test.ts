import { at, INC, ok, problem, run, serve, TOKEN } from "./client.fixture.js";

const event = (seq: number, typ: string) => ({
  seq,
  eid: `${seq}`.padStart(32, "0"),
  typ,
  at: "2026-03-11T15:00:00.000Z",
  hash: "ab".repeat(32),
  actor: { kind: "person", id: "per_aaaaaaaa" },
  clear: {},
});
/** What the API answers from the first of these on. */
const events = (phase: string, from: number, ...types: readonly string[]) =>
  ok({
    events: types.map((typ, i) => event(from + i, typ)),
    head: "ab".repeat(32),
    count: from + types.length,
    phase,
    people: { per_aaaaaaaa: "Ana" },
    sources: {},
  });
const from = (seq: number) => `GET ${at(`/${INC}/events?from=${seq}`)}`;
const watch = (url: string, ...args: readonly string[]) =>
  run({ COUNTERSIGN_TOKEN: TOKEN, COUNTERSIGN_URL: url }, "incident", "watch", INC, "--interval", "1", ...args);

describe("countersign incident watch", () => {
  it("prints each event once, one JSON document per line, until the incident is closed, and asks for new ones only", async () => {
    const api = await serve({
      [from(0)]: events("open", 0, "IncidentOpened"),
      [from(1)]: events("closed", 1, "IncidentResolved", "IncidentClosed"),
    });
    const { out, exit } = await watch(api.url, "--json");
    await api.close();
    expect(exit).toBe(0);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).seq),
    ).toEqual([0, 1, 2]);
  });

  it("waits for an API that goes away in between, and names who acted", async () => {
    const down = problem(503, "STORE_UNAVAILABLE", "The store is down.");
    const api = await serve({
      [from(1)]: [events("open", 1), down, events("cancelled", 1, "IncidentCancelled")],
    });
    const { out, err, exit } = await watch(api.url, "--from", "1");
    await api.close();
    expect(exit).toBe(0);
    expect(out).toMatch(/IncidentCancelled +Ana$/m);
    expect(err).toMatch(/STORE_UNAVAILABLE: .*Trying again\.\nthe API answers again/);
  });

  it("ends at once where the incident has ended before what it is asked for", async () => {
    const api = await serve({ [from(9)]: events("closed", 9) });
    expect(await watch(api.url, "--from", "9")).toEqual({ exit: 0, out: "", err: "" });
    await api.close();
  });

  it("ends with what the API says where it says no", async () => {
    const api = await serve({ [from(0)]: problem(404, "INCIDENT_UNKNOWN", "There is no such incident.") });
    expect(await watch(api.url)).toMatchObject({ exit: 1, out: "" });
    await api.close();
  });

  it("ends cleanly on Ctrl-C", async () => {
    const api = await serve({ [from(0)]: events("open", 0, "IncidentOpened"), [from(1)]: events("open", 1) });
    const before = process.listenerCount("SIGINT");
    const watching = watch(api.url);
    while (api.seen.length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    process.emit("SIGINT");
    expect(await watching).toMatchObject({ exit: 0, err: "" });
    await api.close();
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
