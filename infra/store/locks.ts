import type { Locks } from "../../activities/ports.js";
import type { Sql } from "../sql/sql.js";

type Held = { readonly inc: string; readonly plan: string; readonly target: string; readonly fence: number };

class Taken extends Error {
  constructor(readonly heldBy: string) {
    super(`held by ${heldBy}`);
  }
}

/** Targets held by one incident at a time, each time under a larger fence. */
export const sqlLocks = (sql: Sql): Locks => ({
  acquire: (org, inc, plan, targets) =>
    sql
      .tx(async (tx) => ({ fence: await take(tx, org, inc, plan, [...targets].sort()) }))
      .catch((error: unknown) => {
        if (error instanceof Taken) return { heldBy: error.heldBy };
        throw error;
      }),
  release: async (org, inc) => {
    await sql.query("delete from target_locks where org = $1 and inc = $2", [org, inc]);
  },
  others: async (org, inc, targets) => grouped(await held(sql, org, targets)).filter((plan) => plan.id !== inc),
});

/** In order of the targets' ids, so that two that want the same never wait for each other. */
async function take(tx: Sql, org: string, inc: string, plan: string, targets: readonly string[]): Promise<number> {
  const [next] = await tx.query<{ fence: number }>("select nextval('fences') as fence");
  for (const target of targets)
    await tx.query("insert into target_locks (org, target, inc, plan, fence) values ($1, $2, $3, $4, $5) on conflict do nothing", [
      org, target, inc, plan, next!.fence,
    ]);
  const rows = await held(tx, org, targets);
  const other = rows.find((row) => row.inc !== inc);
  if (other) throw new Taken(other.inc);
  return Math.max(...rows.map((row) => row.fence));
}

const held = (sql: Sql, org: string, targets: readonly string[]): Promise<Held[]> =>
  sql.query<Held>("select inc, plan, target, fence from target_locks where org = $1 and target = any($2::text[]) order by inc, target", [org, [...targets]]);

function grouped(rows: readonly Held[]): { id: string; planDigest: string; targets: string[] }[] {
  const plans = new Map<string, { id: string; planDigest: string; targets: string[] }>();
  for (const { inc, plan, target } of rows) {
    const entry = plans.get(inc) ?? { id: inc, planDigest: plan, targets: [] };
    entry.targets.push(target);
    plans.set(inc, entry);
  }
  return [...plans.values()];
}
