import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Deployment, deploy } from "../support/deployment.js";
import { httpOf } from "../support/http.js";
import { cli } from "./cli.js";
import { wholeLife } from "./life.js";
import { type Recording, readRecording, recordingOf, tampered } from "./recording.js";
import { replayed, replayedFile } from "./replayed.js";

describe("the history of a finished incident", () => {
  let deployment: Deployment;
  let inc: string;
  let recording: Recording;

  beforeAll(async () => {
    deployment = await deploy();
    const up = await deployment.start("up");
    inc = await wholeLife(deployment, httpOf(deployment, up));
    recording = await recordingOf(deployment, inc);
  }, 90_000);
  afterAll(() => deployment?.dispose());

  it("replays, each activity with the arguments that were recorded", async () => {
    const { events, activities, difference } = await replayed(recording);
    expect(difference).toBeNull();
    expect(events).toBeGreaterThan(50);
    expect(activities).toBeGreaterThan(10);
  }, 60_000);

  it("is fetched and replayed by `countersign history`", async () => {
    const out = join(deployment.home, "history.json");
    const { code, stdout, stderr } = await cli(deployment, "history", inc, "--json", "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ difference: null });
    expect(JSON.parse(readFileSync(out, "utf8")).events).toHaveLength(JSON.parse(stdout).events);
  }, 60_000);

  it.each([
    ["append", (argument: Record<string, unknown>) => ({ ...argument, at: "2026-01-01T00:00:00.000Z" })],
    ["evaluateGate", (argument: Record<string, unknown>) => ({ ...argument, stateSeq: 7_777 })],
    ["executeStep", (argument: Record<string, unknown>) => ({ ...argument, seq: 0 })],
  ])(
    "whose %s has another argument is a difference",
    async (activity, change) => {
      const { difference } = await replayed(await tampered(recording, activity, change));
      expect(difference).toMatch(new RegExp(`\\(${activity}\\): other arguments than in the history`));
    },
    60_000,
  );
});

describe("the recorded histories of every released behaviour", () => {
  const folder = join("tests", "stack", "durability", "golden");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json.gz"));

  it("are there", () => expect(files).toContain("history-0.1.0.json.gz"));

  it.each(files)(
    "replay with today's code: %s",
    async (name) => {
      const { difference, activities } = await replayedFile(join(folder, name));
      expect(difference).toBeNull();
      expect(activities).toBeGreaterThan(50);
    },
    60_000,
  );

  it.each(files)(
    "would be noticed to differ: %s",
    async (name) => {
      const changed = await tampered(readRecording(join(folder, name)), "append", (argument) => ({
        ...argument,
        firstSeq: 99,
      }));
      expect((await replayed(changed)).difference).toMatch(/append/);
    },
    60_000,
  );
});
