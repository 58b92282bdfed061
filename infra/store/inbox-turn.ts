import type { Episode, KeyState, Turn } from "../../incidents/correlate.js";
import type { AlertSignal, Inbox, KeyTurn, Planned, WaitingAlert } from "../../services/alerts/ports.js";
import type { Sql } from "../sql/sql.js";
import type { VaultOver } from "./inbox.js";

/** Longer than a signal takes; after a crash the key waits so long. */
const LEASE_MS = 30_000;
const MAX_SUPPRESSED = 1_000;

/** A key whose alert can't be planned waits so long, or it would be claimed first for ever and all others would wait behind it. */
const FAILED_MS = 60_000;

type Outcome = Awaited<ReturnType<Inbox["turn"]>>;

/** One transaction: claim a key, hand out what a crash left unsent, or plan its oldest alert and store the plan. */
export async function takeTurn(
  sql: Sql,
  vaultOver: VaultOver,
  org: string,
  at: string,
  plan: Parameters<Inbox["turn"]>[2],
): Promise<Outcome> {
  const outcome = await sql.tx(async (tx) => {
    const key = await claimKey(tx, org, at);
    if (key === null) return "idle";
    return tx
      .tx((inner) => turnWith(inner, vaultOver, org, key, at, plan))
      .catch(async (error: Error) => {
        await dueAt(tx, org, key, new Date(Date.parse(at) + FAILED_MS).toISOString());
        return error;
      });
  });
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

async function turnWith(
  tx: Sql,
  vaultOver: VaultOver,
  org: string,
  key: string,
  at: string,
  plan: Parameters<Inbox["turn"]>[2],
): Promise<Outcome> {
  const unsent = await unsentOf(tx, org, key);
  if (unsent !== null) return lease(tx, unsent, at);
  const turn = await turnOf(tx, vaultOver, org, key);
  if (turn === null) return dueAt(tx, org, key, null);
  return store(tx, org, turn, await plan(turn), at);
}

/** The row's lock lasts for this transaction; the lease goes on until the signal is sent. */
async function claimKey(tx: Sql, org: string, at: string): Promise<string | null> {
  const [row] = await tx.query<{ readonly key: string }>(
    `select key from alert_keys where org = $1 and due_at <= $2 and (leased_until is null or leased_until <= $2)
     order by due_at limit 1 for update skip locked`,
    [org, at],
  );
  return row?.key ?? null;
}

async function unsentOf(tx: Sql, org: string, key: string): Promise<AlertSignal | null> {
  const [row] = await tx.query<{ readonly command_id: string; readonly inc: string; readonly envelope: Uint8Array }>(
    "select command_id, inc, envelope from alert_signals where org = $1 and key = $2 and sent_at is null and not settled order by made limit 1",
    [org, key],
  );
  return row === undefined ? null : { org, key, inc: row.inc, commandId: row.command_id, envelope: row.envelope };
}

async function lease(tx: Sql, signal: AlertSignal, at: string): Promise<AlertSignal> {
  await tx.query("update alert_keys set leased_until = $3 where org = $1 and key = $2", [
    signal.org,
    signal.key,
    new Date(Date.parse(at) + LEASE_MS),
  ]);
  return signal;
}

async function dueAt(tx: Sql, org: string, key: string, at: string | null): Promise<"planned"> {
  await tx.query("update alert_keys set due_at = $3, leased_until = null where org = $1 and key = $2", [org, key, at]);
  return "planned";
}

interface InboxRow {
  readonly delivery: string;
  readonly source: string;
  readonly identity: string;
  readonly starts_at: Date;
  readonly status: "firing" | "resolved";
  readonly received_at: Date;
  readonly body_key: Uint8Array;
  readonly body: Uint8Array;
}

async function turnOf(tx: Sql, vaultOver: VaultOver, org: string, key: string): Promise<KeyTurn | null> {
  const [oldest] = await tx.query<InboxRow>(
    `select delivery, source, identity, starts_at, status, received_at, body_key, body from alert_inbox
     where org = $1 and key = $2 and state = 'waiting' order by made limit 1`,
    [org, key],
  );
  if (oldest === undefined) return null;
  const alert = alertOf(oldest);
  const [state, episode, waiting] = [
    await stateOf(tx, org, key),
    await episodeOf(tx, org, key, alert),
    await waitingOf(tx, org, key),
  ];
  return { key, state, alert, episode, waiting, vault: vaultOver(tx) };
}

const alertOf = ({
  delivery,
  source,
  identity,
  status,
  starts_at,
  received_at,
  body_key,
  body,
}: InboxRow): WaitingAlert => ({
  delivery,
  source,
  identity,
  status,
  startsAt: starts_at.toISOString(),
  receivedAt: received_at.toISOString(),
  sealed: { key: body_key, body },
});

async function stateOf(tx: Sql, org: string, key: string): Promise<KeyState> {
  const [row] = await tx.query<{
    inc: string | null;
    alerts: number;
    last_signal_at: Date;
    last_ended: string | null;
    next_episode: number;
  }>(
    `select o.inc, o.alerts, o.last_signal_at, k.last_ended, k.next_episode
     from alert_keys k left join open_incidents o on o.org = k.org and o.key = k.key where k.org = $1 and k.key = $2`,
    [org, key],
  );
  const { inc, alerts, last_signal_at, last_ended, next_episode } = row!;
  const open = inc === null ? null : { inc, alerts, lastSignalAt: last_signal_at.toISOString() };
  return { open, lastEnded: last_ended, nextEpisode: next_episode };
}

async function episodeOf(
  tx: Sql,
  org: string,
  key: string,
  { source, identity }: WaitingAlert,
): Promise<Episode | null> {
  const [row] = await tx.query<{ number: number; starts_at: Date; firing: boolean; inc: string }>(
    "select number, starts_at, firing, inc from alert_episodes where org = $1 and source = $2 and identity = $3 and key = $4",
    [org, source, identity, key],
  );
  return row === undefined
    ? null
    : { number: row.number, startsAt: row.starts_at.toISOString(), firing: row.firing, inc: row.inc };
}

async function waitingOf(tx: Sql, org: string, key: string): Promise<readonly string[]> {
  const rows = await tx.query<{ readonly delivery: string }>(
    "select delivery from alert_inbox where org = $1 and key = $2 and state = 'waiting' order by made limit $3",
    [org, key, MAX_SUPPRESSED],
  );
  return rows.map(({ delivery }) => delivery);
}

async function store(
  tx: Sql,
  org: string,
  keyTurn: KeyTurn,
  { turn, signal }: Planned,
  at: string,
): Promise<"planned" | AlertSignal> {
  const { key, alert, waiting } = keyTurn;
  if (turn.kind === "wait") return dueAt(tx, org, key, turn.until);
  if (turn.kind === "drop") return drop(tx, org, key, alert.delivery, at);
  await markSignalled(tx, signal!, turn.kind === "suppress" ? waiting : [alert.delivery]);
  await remember(tx, keyTurn, turn, signal!, at);
  return lease(tx, signal!, at);
}

async function drop(tx: Sql, org: string, key: string, delivery: string, at: string): Promise<"planned"> {
  await tx.query(
    "update alert_inbox set state = 'done', body = null, body_key = null where org = $1 and delivery = $2",
    [org, delivery],
  );
  return dueAt(tx, org, key, at);
}

async function markSignalled(
  tx: Sql,
  { org, key, inc, commandId, envelope }: AlertSignal,
  deliveries: readonly string[],
): Promise<void> {
  await tx.query(
    `insert into alert_signals (org, command_id, key, inc, envelope) values ($1, $2, $3, $4, $5)
     on conflict (org, command_id) do update set inc = excluded.inc, envelope = excluded.envelope, sent_at = null, settled = false`,
    [org, commandId, key, inc, envelope],
  );
  await tx.query(
    "update alert_inbox set state = 'signalled', signal = $2, inc = $3 where org = $1 and delivery = any($4::text[])",
    [org, commandId, inc, deliveries],
  );
}

async function remember(
  tx: Sql,
  { key, alert }: KeyTurn,
  turn: Turn,
  { org, inc }: AlertSignal,
  at: string,
): Promise<void> {
  const isNew = turn.kind === "fire" && turn.isNew ? 1 : 0;
  await tx.query(
    `insert into open_incidents (org, key, inc, alerts, last_signal_at) values ($1, $2, $3, $4, $5)
     on conflict (org, key) do update set alerts = open_incidents.alerts + excluded.alerts, last_signal_at = excluded.last_signal_at`,
    [org, key, inc, isNew, at],
  );
  if (turn.kind === "fire") await beginEpisode(tx, org, key, inc, alert, turn.episode);
  if (turn.kind === "resolve")
    await tx.query(
      "update alert_episodes set firing = false where org = $1 and source = $2 and identity = $3 and key = $4",
      [org, alert.source, alert.identity, key],
    );
}

async function beginEpisode(
  tx: Sql,
  org: string,
  key: string,
  inc: string,
  { source, identity, startsAt }: WaitingAlert,
  number: number,
): Promise<void> {
  await tx.query(
    `insert into alert_episodes (org, source, identity, key, number, starts_at, firing, inc) values ($1, $2, $3, $4, $5, $6, true, $7)
     on conflict (org, source, identity, key) do update set number = excluded.number, starts_at = excluded.starts_at, firing = true, inc = excluded.inc`,
    [org, source, identity, key, number, startsAt, inc],
  );
  await tx.query("update alert_keys set next_episode = $3 where org = $1 and key = $2", [org, key, number + 1]);
}
