import type { Migration } from "../migrate.js";

/** What the API keeps: commands by id, alerts that wait, and denials that no incident records. */
export const services: Migration = {
  id: "services-1",
  up: `
    create table commands (
      org text not null,
      command_id text not null,
      inc text not null,
      actor text not null,
      -- Of the client's canonical request: tells a repeat from a reuse, and nothing to whoever reads the table.
      mac text not null,
      envelope bytea not null,
      eid text not null,
      at timestamptz not null default now(),
      primary key (org, command_id)
    );

    -- One row per correlation key, which is an HMAC. Whoever works on a key holds its lease.
    create table alert_keys (
      org text not null,
      key text not null,
      -- When something is due on it; null while nothing waits.
      due_at timestamptz,
      leased_until timestamptz,
      next_episode int not null default 1,
      last_ended text,
      primary key (org, key)
    );
    create index alert_keys_due on alert_keys (org, due_at) where due_at is not null;

    create table open_incidents (
      org text not null,
      key text not null,
      inc text not null,
      alerts int not null default 0,
      last_signal_at timestamptz not null,
      primary key (org, key),
      foreign key (org, key) references alert_keys
    );

    create table alert_episodes (
      org text not null,
      source text not null,
      identity text not null,
      key text not null,
      number int not null,
      starts_at timestamptz not null,
      firing boolean not null,
      inc text not null,
      primary key (org, source, identity, key)
    );

    -- Signed and stored before it is sent, so that a crash in between sends the same bytes again.
    create table alert_signals (
      org text not null,
      command_id text not null,
      key text not null,
      inc text not null,
      envelope bytea not null,
      sent_at timestamptz,
      settled boolean not null default false,
      made int8 generated always as identity,
      primary key (org, command_id)
    );
    create index alert_signals_open on alert_signals (org, key, made) where not settled;

    create table alert_inbox (
      org text not null,
      delivery text not null,
      source text not null,
      identity text not null,
      starts_at timestamptz not null,
      status text not null check (status in ('firing', 'resolved')),
      key text,
      triage text,
      state text not null check (state in ('waiting', 'triage', 'signalled', 'done')),
      signal text,
      inc text,
      repeats int not null default 0,
      received_at timestamptz not null,
      body_key bytea,
      body bytea,
      made int8 generated always as identity,
      primary key (org, delivery),
      unique (org, source, identity, starts_at, status)
    );
    create index alert_inbox_waiting on alert_inbox (org, key, made) where state = 'waiting';
    create index alert_inbox_triage on alert_inbox (org, made) where state = 'triage';
    create index alert_inbox_signal on alert_inbox (org, signal) where signal is not null;

    create table audit_denials (
      id int8 generated always as identity primary key,
      at timestamptz not null,
      org text,
      actor text,
      code text not null,
      method text not null,
      route text not null,
      inc text,
      address text not null
    );
    create function audit_is_append_only() returns trigger language plpgsql as
      $$ begin raise exception 'audit_denials is append-only'; end $$;
    create trigger audit_append_only before update or delete or truncate on audit_denials
      execute function audit_is_append_only();
  `,
};
