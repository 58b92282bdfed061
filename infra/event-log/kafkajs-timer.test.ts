import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { correctKafkajsTimer, type RequestQueue, scheduleCheckPendingRequests } from "./kafkajs-timer.js";

function queue(pending: readonly unknown[], throttledUntil = -1) {
  const checks = { count: 0 };
  const self: RequestQueue = {
    pending,
    throttledUntil,
    throttleCheckTimeoutId: null,
    checkPendingRequests: () => void checks.count++,
    scheduleCheckPendingRequests,
  };
  return { self, checks };
}

describe("the corrected request queue of kafkajs", () => {
  it("sets no timer while nothing waits", () => {
    const { self } = queue([], Date.now() + 500);
    self.scheduleCheckPendingRequests();
    expect(self.throttleCheckTimeoutId).toBeNull();
  });

  it("checks what waits, once, and not before a throttled connection may send", async () => {
    const { self, checks } = queue(["request"], Date.now() + 60);
    self.scheduleCheckPendingRequests();
    self.scheduleCheckPendingRequests();
    await sleep(30);
    expect(checks.count).toBe(0);
    await sleep(60);
    expect(checks.count).toBe(1);
    expect(self.throttleCheckTimeoutId).toBeNull();
  });

  it("is the one that kafkajs uses, in the version that was read", () => {
    correctKafkajsTimer();
    const require = createRequire(import.meta.url);
    expect(require("kafkajs/package.json").version).toBe("2.2.4");
    expect(require("kafkajs/src/network/requestQueue/index.js").prototype.scheduleCheckPendingRequests).toBe(
      scheduleCheckPendingRequests,
    );
  });
});
