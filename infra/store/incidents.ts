import type { IncidentReader } from "../../services/ports.js";
import type { Sql } from "../sql/sql.js";
import { available } from "./available.js";

type Row = { readonly record: Uint8Array };

/** What the API reads of incidents: acknowledged claims only, which the log is certain to hold. */
export const sqlIncidents = (sql: Sql): IncidentReader => ({
  records: async (org, inc, from) => {
    const rows = await available(
      sql.query<Row>(
        "select record from claims where org = $1 and inc = $2 and seq >= $3 and acked_at is not null order by seq",
        [org, inc, from],
      ),
    );
    return rows.map(({ record }) => record);
  },
  byEid: async (org, eid) => {
    const rows = await available(
      sql.query<Row>("select record from claims where org = $1 and eid = $2 and acked_at is not null", [org, eid]),
    );
    return rows[0]?.record ?? null;
  },
  list: async (org, limit) => {
    const rows = await available(sql.query<{ readonly inc: string; readonly head: string }>(LATEST, [org, limit]));
    return rows.map(({ inc, head }) => ({ inc, head }));
  },
});

/** The limit comes first, so that only what is listed is asked for its latest event. */
const LATEST = `
  select opening.inc, latest.hash as head
  from (
    select org, inc, acked_at from claims where org = $1 and seq = 0 and acked_at is not null order by acked_at desc, inc limit $2
  ) opening
  cross join lateral (
    select hash from claims where org = opening.org and inc = opening.inc and acked_at is not null order by seq desc limit 1
  ) latest
  order by opening.acked_at desc, opening.inc`;
