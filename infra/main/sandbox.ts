import { startTicketServer } from "../sandbox/tickets.js";

/** The sandbox process of the local stack. Settings come from the environment; see `infra/stack/tickets.ts`. */
const { TICKETS_PORT, TICKETS_FILE, TICKETS_TOKEN, TICKETS_ACCOUNT, SANDBOX_REPO } = process.env;

if (!TICKETS_FILE || !TICKETS_TOKEN) {
  console.error("sandbox: TICKETS_FILE and TICKETS_TOKEN must be set");
  process.exit(2);
}

const server = await startTicketServer({
  port: Number(TICKETS_PORT ?? 0),
  file: TICKETS_FILE,
  token: TICKETS_TOKEN,
  account: TICKETS_ACCOUNT,
  repository: SANDBOX_REPO || undefined,
});
console.log(`sandbox: tickets and services on ${server.url}`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)));
}
