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

/**
 * In order of the targets' ids, so that two that want the same never wait for each other. The insert locks whichever row there is,
 * its own or another's, until this transaction ends: no release in between leaves a target that nobody holds.
 */
async function take(tx: Sql, org: string, inc: string, plan: string, targets: readonly string[]): Promise<number> {
  const [next] = await tx.query<{ fence: number }>("select nextval('fences') as fence");
  let fence = 0;
  for (const target of targets) {
    const [row] = await tx.query<Pick<Held, "inc" | "fence">>(TAKE, [org, target, inc, plan, next!.fence]);
    if (row!.inc !== inc) throw new Taken(row!.inc);
    fence = Math.max(fence, row!.fence);
  }
  return fence;
}

const TAKE = `
  insert into target_locks (org, target, inc, plan, fence) values ($1, $2, $3, $4, $5)
  on conflict (org, target) do update set inc = target_locks.inc
  returning inc, fence`;

const held = (sql: Sql, org: string, targets: readonly string[]): Promise<Held[]> =>
  sql.query<Held>(
    "select inc, plan, target, fence from target_locks where org = $1 and target = any($2::text[]) order by inc, target",
    [org, [...targets]],
  );

function grouped(rows: readonly Held[]): { id: string; planDigest: string; targets: string[] }[] {
  const plans = new Map<string, { id: string; planDigest: string; targets: string[] }>();
  for (const { inc, plan, target } of rows) {
    const entry = plans.get(inc) ?? { id: inc, planDigest: plan, targets: [] };
    entry.targets.push(target);
    plans.set(inc, entry);
  }
  return [...plans.values()];
}
