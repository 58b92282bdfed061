import { describe as describePart } from "./status.js";

describe("a part's description", () => {
  it("holds no password", () => {
    const since = "2026-01-01T00:00:00.000Z";
    const postgres = { url: "postgres://someone:secret@127.0.0.1:5/db", source: "local server", since, pid: 1 };
    expect(describePart("postgres", { postgres })).toEqual({
      address: "postgres://127.0.0.1:5/db",
      source: "local server",
      since,
    });
  });

  it("says that the event log is embedded where there is no Kafka", () =>
    expect(describePart("kafka", { kafka: null }).source).toBe("event log in Postgres"));
});
