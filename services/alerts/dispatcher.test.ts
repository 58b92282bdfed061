import { createMetrics } from "../metrics/metrics.js";
import { fakes, ORG } from "../testing/fakes.js";
import { startDispatcher } from "./dispatcher.js";

it("a dispatcher goes on after a failed turn, says so without the message, and stops when told", async () => {
  const { ports } = fakes();
  const lines: object[] = [];
  let turns = 0;
  const inbox = {
    ...ports.inbox,
    turn: async () => (turns++ === 0 ? Promise.reject(new RangeError("secret words")) : ("idle" as const)),
  };
  const dispatcher = startDispatcher({ ...ports, inbox }, ORG, (line) => lines.push(line), createMetrics(ports, ORG));
  await new Promise((resolve) => setTimeout(resolve, 2_400));
  await dispatcher.stop();
  expect(turns).toBeGreaterThan(1);
  expect(lines).toEqual([{ event: "dispatch-failed", error: "RangeError" }]);
  const after = turns;
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(turns).toBe(after);
});
