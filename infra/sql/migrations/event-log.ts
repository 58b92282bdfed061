import type { Migration } from "../migrate.js";

/** The embedded event log: a counter for each partition, and records that are only ever added. */
export const eventLog: Migration = {
  id: "event-log-1",
  up: `
    create table event_log_partitions (
      partition int primary key check (partition between 0 and 11),
      next int8 not null default 0
    );
    insert into event_log_partitions (partition) select generate_series(0, 11);

    create table event_log (
      partition int not null references event_log_partitions,
      "offset" int8 not null,
      key text not null,
      record bytea not null,
      primary key (partition, "offset")
    );
    -- Most of a record is ciphertext and signatures: compressing it would only cost.
    alter table event_log alter column record set storage external;

    create function event_log_is_append_only() returns trigger language plpgsql as
      $$ begin raise exception 'event_log is append-only'; end $$;
    create trigger event_log_append_only before update or delete or truncate on event_log
      execute function event_log_is_append_only();
  `,
};
