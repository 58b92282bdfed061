import type { Migration } from "../migrate.js";

/** The builder's state: it may be dropped and made anew from offset 0 of the event log. */
export const fold: Migration = {
  id: "fold-1",
  up: `
    create table fold_partitions (
      partition int primary key check (partition between 0 and 11),
      next int8 not null default 0
    );
    insert into fold_partitions (partition) select generate_series(0, 11);

    create table fold_incidents (
      org text not null,
      inc text not null,
      status text not null,
      seq int not null,
      head text not null,
      state text not null,
      primary key (org, inc)
    );

    create table fold_events (
      org text not null,
      inc text not null,
      seq int not null,
      hash text not null,
      record bytea not null,
      primary key (org, inc, seq)
    );
    alter table fold_events alter column record set storage external;

    create table fold_held (
      org text not null,
      inc text not null,
      seq int not null,
      hash text not null,
      record bytea not null,
      primary key (org, inc, seq, hash)
    );

    create table fold_dead_letters (
      partition int not null,
      "offset" int8 not null,
      code text not null,
      bytes bytea not null,
      at timestamptz not null default now(),
      primary key (partition, "offset")
    );

    create table receipt_heads (
      org text not null,
      inc text not null,
      payload bytea not null,
      keyid text not null,
      signature bytea not null,
      at timestamptz not null default now(),
      primary key (org, inc)
    );
  `,
};
