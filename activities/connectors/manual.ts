import type { Connector } from "../ports.js";
import { ConnectorError } from "./errors.js";
import { refusalOf } from "./outcome.js";
import { onlyFields, text } from "./params.js";

/**
 * A step that a person carries out: action `instruct`, params `{instructions, executor?}`. The gate releases it, and it ends when
 * that person confirms; no machine has anything to call or to read back.
 */
export const manualConnector = (): Connector => ({
  name: "manual",
  actions: ["instruct"],
  // People can tell a drill from the real thing.
  sandbox: true,
  async precheck({ targets, params }) {
    try {
      onlyFields(params, ["instructions", "executor"]);
      text(params, "instructions", 8_000);
      if (params.executor !== undefined) text(params, "executor", 40);
      return { targets };
    } catch (error) {
      return refusalOf(error);
    }
  },
  async execute() {
    throw new ConnectorError("MANUAL_STEP", "a manual step is carried out by a person; there is nothing to call");
  },
  confirm: async () => null,
});
