import type { CommandStore, StoredCommand } from "../../services/ports.js";
import type { Sql } from "../sql/sql.js";
import { available } from "./available.js";

interface Row {
  readonly inc: string;
  readonly actor: string;
  readonly mac: string;
  readonly envelope: Uint8Array;
  readonly eid: string;
}

/** Commands by id: the first one of an id stands, whoever sends another. */
export const sqlCommands = (sql: Sql): CommandStore => ({
  remember: (command) => available(remember(sql, command)),
  find: (org, commandId) => available(find(sql, org, commandId)),
  unrecorded: (org, limit) => available(unrecorded(sql, org, limit)),
});

async function remember(sql: Sql, command: StoredCommand): Promise<StoredCommand> {
  const { org, commandId, inc, actor, mac, envelope, eid } = command;
  await sql.query(
    `insert into commands (org, command_id, inc, actor, mac, envelope, eid) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (org, command_id) do nothing`,
    [org, commandId, inc, actor, mac, envelope, eid],
  );
  return (await find(sql, org, commandId)) ?? command;
}

async function find(sql: Sql, org: string, commandId: string): Promise<StoredCommand | null> {
  const [row] = await sql.query<Row>(
    "select inc, actor, mac, envelope, eid from commands where org = $1 and command_id = $2",
    [org, commandId],
  );
  return row === undefined ? null : { org, commandId, ...row };
}

async function unrecorded(sql: Sql, org: string, limit: number): Promise<readonly StoredCommand[]> {
  const rows = await sql.query<Row & { command_id: string }>(
    `select command_id, inc, actor, mac, envelope, eid from commands c
     where org = $1 and at < now() - interval '3 seconds' and at > now() - interval '1 hour'
       and not exists (select 1 from claims k where k.org = c.org and k.eid = c.eid and k.acked_at is not null)
     order by at limit $2`,
    [org, limit],
  );
  return rows.map(({ command_id, ...row }) => ({ org, commandId: command_id, ...row }));
}
