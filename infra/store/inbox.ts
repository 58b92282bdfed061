import type { Delivered, Inbox, NewDelivery, TriageItem } from "../../services/alerts/ports.js";
import type { Vault } from "../../services/ports.js";
import type { Sql } from "../sql/sql.js";
import { available } from "./available.js";
import { ended, postponed, refused, resend, sent, settled, unsettled } from "./inbox-signals.js";
import { takeTurn } from "./inbox-turn.js";

/** The vault over one transaction, so that a key and sealed values come and go with the incident that they belong to. */
export type VaultOver = (sql: Sql) => Pick<Vault, "mintIncidentKey" | "seal">;

/** Alerts between the webhook and their incident. */
export const sqlInbox = (sql: Sql, vaultOver: VaultOver): Inbox => ({
  put: (deliveries) => available(sql.tx((tx) => putAll(tx, deliveries))),
  turn: (org, at, plan) => available(takeTurn(sql, vaultOver, org, at, plan)),
  sent: (signal, at) => available(sql.tx((tx) => sent(tx, signal, at))),
  ended: (signal) => available(sql.tx((tx) => ended(tx, signal))),
  postponed: (signal, retryAt) => available(postponed(sql, signal, retryAt)),
  resend: (signal, at) => available(sql.tx((tx) => resend(tx, signal, at))),
  unsettled: (org, limit) => available(unsettled(sql, org, limit)),
  settled: (signal) => available(sql.tx((tx) => settled(tx, signal))),
  refused: (signal, code) => available(sql.tx((tx) => refused(tx, signal, code))),
  triage: (org, limit) => available(triage(sql, org, limit)),
  waiting: (org) => available(waiting(sql, org)),
});

/** Keys before rows, both in one order for everybody: twins that send the same alerts at once don't lock each other out. */
async function putAll(tx: Sql, deliveries: readonly NewDelivery[]): Promise<readonly Delivered[]> {
  await wake(tx, deliveries);
  const stored = new Map<NewDelivery, Delivered>();
  const inOrder = [...deliveries].sort((a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0));
  for (const delivery of inOrder) stored.set(delivery, await put(tx, delivery));
  return deliveries.map((delivery) => stored.get(delivery)!);
}

async function put(tx: Sql, d: NewDelivery): Promise<Delivered> {
  const [fresh] = await tx.query<{ readonly delivery: string }>(
    `insert into alert_inbox (org, delivery, source, identity, starts_at, status, key, triage, state, received_at, body_key, body)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (org, source, identity, starts_at, status) do nothing returning delivery`,
    [
      d.org,
      d.delivery,
      d.source,
      d.identity,
      d.startsAt,
      d.status,
      d.key,
      d.triage,
      d.key === null ? "triage" : "waiting",
      d.receivedAt,
      d.sealed.key,
      d.sealed.body,
    ],
  );
  if (fresh) return { delivery: d.delivery, incident: null, triage: d.triage, repeated: false };
  return repeat(tx, d);
}

async function repeat(tx: Sql, { org, source, identity, startsAt, status }: NewDelivery): Promise<Delivered> {
  const [known] = await tx.query<{
    readonly delivery: string;
    readonly inc: string | null;
    readonly triage: string | null;
  }>(
    `update alert_inbox set repeats = repeats + 1
     where org = $1 and source = $2 and identity = $3 and starts_at = $4 and status = $5 returning delivery, inc, triage`,
    [org, source, identity, startsAt, status],
  );
  return { delivery: known!.delivery, incident: known!.inc, triage: known!.triage, repeated: true };
}

/** A key that only repeats arrived for is looked at once for nothing. */
async function wake(tx: Sql, deliveries: readonly NewDelivery[]): Promise<void> {
  const keys = [...new Set(deliveries.filter(({ key }) => key !== null).map(({ key }) => key!))].sort();
  for (const key of keys) {
    const { org, receivedAt } = deliveries.find((delivery) => delivery.key === key)!;
    await tx.query(
      `insert into alert_keys (org, key, due_at) values ($1, $2, $3)
       on conflict (org, key) do update set due_at = least(alert_keys.due_at, excluded.due_at)`,
      [org, key, receivedAt],
    );
  }
}

async function triage(sql: Sql, org: string, limit: number): Promise<readonly TriageItem[]> {
  const rows = await sql.query<Omit<TriageItem, "receivedAt"> & { readonly received: Date }>(
    `select delivery, source, triage as code, received_at as received, repeats from alert_inbox
     where org = $1 and state = 'triage' order by made limit $2`,
    [org, limit],
  );
  return rows.map(({ received, ...item }) => ({ ...item, receivedAt: received.toISOString() }));
}

async function waiting(sql: Sql, org: string): Promise<number> {
  const [row] = await sql.query<{ readonly n: number }>(
    "select count(*)::int as n from alert_inbox where org = $1 and state = 'waiting'",
    [org],
  );
  return row!.n;
}
