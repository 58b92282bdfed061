import { listening } from "../../../services/testing/client.js";
it("x", async () => { const api = await listening(); process.stdout.write(`\nURL ${api.url}\n`); await new Promise(r => setTimeout(r, 150000)); await api.close(); }, 200000);
