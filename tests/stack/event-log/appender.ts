import { openLog } from "./open-log.js";

/**
 * A writer process that is to be killed: appends records `0`, `1`, … of one incident, and tells of each after it is acknowledged.
 * Arguments: the log's address as JSON, organisation, incident.
 */
const [address, org, inc] = process.argv.slice(2) as [string, string, string];
const log = await openLog(JSON.parse(address));
for (let n = 0; ; n++) {
  await log.append(org, inc, [new TextEncoder().encode(String(n))]);
  process.stdout.write(`${n}\n`);
}
