import { type Client, listening } from "./testing/client.js";

let api: Client;
beforeAll(async () => {
  api = await listening();
});
afterAll(() => api.close());

const OPENING = { title: "Checkout is down", request: "Bring checkout back", class: "availability", severity: 1 };
const open = async (): Promise<string> => (await api.post("ana", "/incidents", OPENING)).body.incident;
const step = (id: string, params: object = {}) => ({
  id,
  connector: "git",
  action: "set",
  targets: ["checkout-prod"],
  params,
  rollback: { none: "A long and honest reason why not." },
  expectedMinutes: 5,
  rollbackMinutes: 5,
});
const planOf = (steps: readonly object[]) => ({
  title: "t",
  request: "r",
  risk: "low",
  executor: "ana",
  steps,
  successCheck: { kind: "person", person: "bo", instructions: "Look." },
});
const nested = (levels: number): object => (levels === 0 ? {} : { deeper: nested(levels - 1) });

describe("a body at its limits", () => {
  it("is refused where a receipt couldn't show it opened, since that is nested no deeper than 24", async () => {
    const inc = await open();
    const { status, body } = await api.post("ana", `/incidents/${inc}/plan`, planOf([step("deep", nested(18))]));
    expect([status, body.code]).toEqual([400, "BODY_INVALID"]);
    expect((await api.post("ana", `/incidents/${inc}/plan`, planOf([step("fine", nested(17))]))).status).toBe(200);
  });
});

describe("an end without a pass", () => {
  it.each([
    ["resolve", { how: "recovered" }],
    ["resolve", { how: "waived" }],
    ["validation", { plan: "0".repeat(64), outcome: "waived" }],
  ])("%s %j needs a reason", async (path, body) => {
    const inc = await open();
    const reply = await api.post("ana", `/incidents/${inc}/${path}`, body);
    expect([reply.status, reply.body.code]).toEqual([400, "BODY_INVALID"]);
    expect(reply.body.detail).toContain("/reason");
  });
});
