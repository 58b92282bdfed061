import type { Audit } from "../../services/ports.js";
import type { Sql } from "../sql/sql.js";

/** Denials that no incident records; the table takes nothing but new rows. */
export const sqlAudit = (sql: Sql): Audit => ({
  append: async ({ at, org, actor, code, method, route, inc, address }) => {
    await sql.query(
      "insert into audit_denials (at, org, actor, code, method, route, inc, address) values ($1, $2, $3, $4, $5, $6, $7, $8)",
      [at, org, actor, code, method, route, inc, address],
    );
  },
});
