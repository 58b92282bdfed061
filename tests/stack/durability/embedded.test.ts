import { accelerate } from "../../../receipts/cli/accelerate.js";
import { type Deployment, deploy, type Process } from "../support/deployment.js";
import { type Http, httpOf, openByAlert, planBody, vote } from "../support/http.js";
import { cli } from "./cli.js";
import { finish, prepareSettled, settled } from "./life.js";
import { countOf, effectsOutside, finalReceipt } from "./proof.js";
import { eventsOfLog } from "./record-claims.js";
import { wholeLog } from "./the-log.js";

describe("the program in one process on the embedded store", () => {
  let deployment: Deployment;
  let up: Process;
  let http: Http;

  const start = async () => {
    up = await deployment.start("up");
    http = httpOf(deployment, up);
  };
  beforeAll(async () => {
    accelerate();
    deployment = await deploy({ eventLog: "embedded", store: "pglite" });
    await start();
  }, 60_000);
  afterAll(() => deployment?.dispose());

  it("refuses a second `up` on the same folder, with a code", async () => {
    const { code, stderr } = await cli(deployment, "up", "--port", "0");
    expect(stderr).toContain("STORE_LOCKED");
    expect(code).toBe(3);
  }, 30_000);

  it("is not shared: api, worker and builder alone end with 3", async () => {
    await up.stop();
    for (const program of ["api", "worker", "builder"]) {
      const { code, stderr } = await cli(deployment, program);
      expect(stderr).toContain("STORE_NOT_SHARED");
      expect(code).toBe(3);
    }
    await start();
  }, 60_000);

  it("goes on where it was killed, twice, to a final receipt that verifies", async () => {
    const inc = await openByAlert(http);
    await prepareSettled(http, inc, planBody(deployment));
    await settled(http, vote(http, inc, "bo", "peer-approval"));
    await up.kill();
    await start();
    expect((await http.show(inc)).approvals.votes).toHaveLength(1);
    await settled(http, vote(http, inc, "sam", "service-owner-approval"));
    await up.kill();
    await start();
    await finish(http, inc, 90, async (step) => (isDone(step, deployment) ? "done" : "not-done"));
    const proof = await finalReceipt(deployment, http, inc);
    expect(proof.report.findings).toEqual([]);
    expect(proof.report.verdict).toBe("VERIFIED");
    expect(countOf(proof, "ApprovalGranted")).toBe(2);
    expect(effectsOutside(deployment)).toEqual({ commits: 1, tickets: ["Capacity of checkout"] });
    await up.stop();
    expect(eventsOfLog(await wholeLog(deployment), inc).events).toEqual(proof.receipt.core.events);
  }, 180_000);
});

const isDone = (step: string, deployment: Deployment): boolean => {
  const { commits, tickets } = effectsOutside(deployment);
  return step === "scale" ? commits === 1 : tickets.length === 1;
};
