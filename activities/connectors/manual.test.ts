import { manualConnector } from "./manual.js";
import { connectorsByName } from "./registry.js";

const order = {
  action: "instruct",
  targets: ["tgt_checkout"],
  params: { instructions: "Fail over to the second region." },
};

describe("a manual step", () => {
  it("needs instructions", async () => {
    expect(await manualConnector().precheck(order)).toEqual({ targets: ["tgt_checkout"] });
    expect(await manualConnector().precheck({ ...order, params: {} })).toMatchObject({ refused: "PARAMS_MALFORMED" });
  });

  it("is never called", async () => {
    const full = {
      ...order,
      org: "acme",
      inc: "inc_1",
      step: "s",
      idempotencyKey: "",
      fence: 1,
      at: "",
      rollback: false,
    };
    await expect(manualConnector().execute(full)).rejects.toThrow(expect.objectContaining({ code: "MANUAL_STEP" }));
    expect(await manualConnector().confirm(full)).toBeNull();
  });
});

describe("connectors by name", () => {
  it("finds each", () => expect([...connectorsByName([manualConnector()]).keys()]).toEqual(["manual"]));
  it("refuses two of one name", () =>
    expect(() => connectorsByName([manualConnector(), manualConnector()])).toThrow(
      expect.objectContaining({ code: "CONNECTOR_TWICE" }),
    ));
});
