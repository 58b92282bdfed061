import type { Migration } from "../migrate.js";

/** What append and the effects need beside the event log: places, bytes named by digest, effects begun, targets held. */
export const record: Migration = {
  id: "record-1",
  up: `
    create table claims (
      org text not null,
      inc text not null,
      seq int not null,
      hash text not null,
      eid text not null,
      record bytea not null,
      acked_at timestamptz,
      primary key (org, inc, seq)
    );
    create unique index claims_by_eid on claims (org, eid);
    alter table claims alter column record set storage external;

    create table attachments (
      org text not null,
      digest text not null,
      bytes bytea not null,
      primary key (org, digest)
    );

    -- One row per effect that a connector was called for: whoever inserts it calls.
    create table effects (
      org text not null,
      inc text not null,
      seq int not null,
      begun_at timestamptz not null default now(),
      primary key (org, inc, seq)
    );

    create sequence fences;
    create table target_locks (
      org text not null,
      target text not null,
      inc text not null,
      plan text not null,
      fence int8 not null,
      since timestamptz not null default now(),
      primary key (org, target)
    );
  `,
};
