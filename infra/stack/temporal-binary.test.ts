import { findTemporalBinary, type TemporalWays } from "./temporal-binary.js";

const nowhere: TemporalWays = {
  onPath: () => null,
  cached: () => null,
  download: () => Promise.reject(new Error("refused")),
  build: () => null,
};
const everywhere: TemporalWays = {
  onPath: () => "/path/temporal",
  cached: () => "/cache/temporal",
  download: () => Promise.resolve("/downloaded/temporal"),
  build: () => Promise.resolve("/built/temporal"),
};
const silent = () => undefined;

describe("finding a Temporal server", () => {
  it.each<[Partial<TemporalWays>, string]>([
    [{}, "temporal on PATH"],
    [{ onPath: () => null }, "cached binary"],
    [{ onPath: () => null, cached: () => null }, "official download"],
    [{ ...nowhere, build: everywhere.build }, "built from infra/temporal-dev"],
  ])("goes on to the next way (%#): %s", async (missing, source) => {
    expect((await findTemporalBinary({ ...everywhere, ...missing }, silent)).source).toBe(source);
  });

  it("asks for no download while there is a cached binary", async () => {
    const download = () => Promise.reject(new Error("asked for a download"));
    const lines: string[] = [];
    await findTemporalBinary({ ...everywhere, onPath: () => null, download }, (line) => lines.push(line));
    expect(lines).toEqual([]);
  });

  it("says that the download was refused, and why", async () => {
    const lines: string[] = [];
    await findTemporalBinary({ ...nowhere, build: everywhere.build }, (line) => lines.push(line));
    expect(lines).toEqual(["temporal: the official download isn't to be had here (refused)"]);
  });

  it("doesn't hide a build that failed", async () => {
    const build = () => Promise.reject(new Error("no space left"));
    await expect(findTemporalBinary({ ...nowhere, build }, silent)).rejects.toThrow("no space left");
  });

  it("names every way when there is none", async () => {
    await expect(findTemporalBinary(nowhere, silent)).rejects.toMatchObject({ code: "TEMPORAL_MISSING" });
  });
});
