import type { AlertSignal, SentSignal } from "../../services/alerts/ports.js";
import type { Sql } from "../sql/sql.js";

/** The workflow has it; what else waits for the key is due now. */
export async function sent(tx: Sql, { org, key, commandId }: AlertSignal, at: string): Promise<void> {
  await tx.query("update alert_signals set sent_at = $3 where org = $1 and command_id = $2", [org, commandId, at]);
  await tx.query("update alert_keys set leased_until = null, due_at = $3 where org = $1 and key = $2", [org, key, at]);
}

/**
 * The incident takes nothing any more: what it was to be told waits again, and the next turn opens another, linked to it. The
 * episodes of those alerts are forgotten, or their firings would look like repeats.
 */
export async function ended(tx: Sql, { org, key, inc, commandId }: AlertSignal): Promise<void> {
  await tx.query(
    "update alert_keys set last_ended = $3, leased_until = null, due_at = now() where org = $1 and key = $2",
    [org, key, inc],
  );
  await tx.query("delete from open_incidents where org = $1 and key = $2 and inc = $3", [org, key, inc]);
  await tx.query(
    `delete from alert_episodes e using alert_inbox i where i.org = $1 and i.signal = $2 and e.org = i.org and e.source = i.source
     and e.identity = i.identity and e.key = i.key and e.starts_at = i.starts_at`,
    [org, commandId],
  );
  await tx.query(
    "update alert_inbox set state = 'waiting', signal = null, inc = null where org = $1 and signal = $2 and body is not null",
    [org, commandId],
  );
  await settle(tx, org, commandId);
}

export async function postponed(sql: Sql, { org, key }: AlertSignal, retryAt: string): Promise<void> {
  await sql.query("update alert_keys set leased_until = null, due_at = $3 where org = $1 and key = $2", [
    org,
    key,
    retryAt,
  ]);
}

/** What was sent may have gone nowhere: the next turn of its key sends the very same bytes again. */
export async function resend(tx: Sql, { org, key, commandId }: AlertSignal, at: string): Promise<void> {
  await tx.query("update alert_signals set sent_at = null where org = $1 and command_id = $2 and not settled", [
    org,
    commandId,
  ]);
  await tx.query("update alert_keys set due_at = least(due_at, $3) where org = $1 and key = $2", [org, key, at]);
}

interface SignalRow {
  readonly sent_at: Date;
  readonly command_id: string;
  readonly key: string;
  readonly inc: string;
  readonly envelope: Uint8Array;
}

export async function unsettled(sql: Sql, org: string, limit: number): Promise<readonly SentSignal[]> {
  const rows = await sql.query<SignalRow>(
    "select command_id, key, inc, envelope, sent_at from alert_signals where org = $1 and sent_at is not null and not settled order by made limit $2",
    [org, limit],
  );
  return rows.map(({ command_id, sent_at, ...row }) => ({
    org,
    commandId: command_id,
    sentAt: sent_at.toISOString(),
    ...row,
  }));
}

/** An event names the deliveries: their bodies and keys have done their work. */
export async function settled(tx: Sql, { org, commandId }: AlertSignal): Promise<void> {
  await settle(tx, org, commandId);
  await tx.query(
    "update alert_inbox set state = 'done', body = null, body_key = null where org = $1 and signal = $2 and state = 'signalled'",
    [org, commandId],
  );
}

/** The incident refused it on the record: a person looks at what it was. */
export async function refused(tx: Sql, { org, commandId }: AlertSignal, code: string): Promise<void> {
  await settle(tx, org, commandId);
  await tx.query(
    "update alert_inbox set state = 'triage', triage = $3 where org = $1 and signal = $2 and state = 'signalled'",
    [org, commandId, code],
  );
}

async function settle(tx: Sql, org: string, commandId: string): Promise<void> {
  await tx.query("update alert_signals set settled = true where org = $1 and command_id = $2", [org, commandId]);
}
