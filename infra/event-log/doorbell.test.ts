import { doorbell } from "./doorbell.js";

const LONG_MS = 60_000;

describe("a doorbell", () => {
  it("wakes whoever waits", async () => {
    const bell = doorbell();
    const waiting = bell.wait(LONG_MS);
    bell.ring();
    await waiting;
  });

  it("keeps a ring for whoever waits next, once", async () => {
    const bell = doorbell();
    bell.ring();
    bell.ring();
    await bell.wait(LONG_MS);
    const before = performance.now();
    await bell.wait(30);
    expect(performance.now() - before).toBeGreaterThanOrEqual(25);
  });
});
