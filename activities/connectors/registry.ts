import type { Connector } from "../ports.js";
import { ConnectorError } from "./errors.js";

/** Connectors by the name that plans use. @throws {ConnectorError} `CONNECTOR_TWICE` where two have one name. */
export function connectorsByName(connectors: readonly Connector[]): ReadonlyMap<string, Connector> {
  const byName = new Map<string, Connector>();
  for (const connector of connectors) {
    if (byName.has(connector.name))
      throw new ConnectorError("CONNECTOR_TWICE", `two connectors are named ${connector.name}`);
    byName.set(connector.name, connector);
  }
  return byName;
}
