import type { Effects } from "../../activities/ports.js";
import type { Sql } from "../sql/sql.js";

export const sqlEffects = (sql: Sql): Effects => ({
  begin: async (org, inc, seq) => {
    const rows = await sql.query(
      "insert into effects (org, inc, seq) values ($1, $2, $3) on conflict do nothing returning seq",
      [org, inc, seq],
    );
    return rows.length === 1;
  },
});
