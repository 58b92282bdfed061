import type { Migration } from "../migrate.js";

/** Values that nobody reads without the key of their incident, and the policies that decisions are checked against. */
export const vault: Migration = {
  id: "vault-1",
  up: `
    -- K_inc under the organisation's master key; kid says under which.
    create table incident_keys (
      org text not null,
      inc text not null,
      kid text not null,
      wrapped bytea not null,
      primary key (org, inc)
    );

    create table sealed_values (
      org text not null,
      inc text not null,
      ref text not null,
      path text not null,
      commitment text not null,
      ciphertext bytea not null,
      primary key (org, inc, ref, path)
    );
    -- Ciphertext doesn't compress.
    alter table sealed_values alter column ciphertext set storage external;

    create table policies (
      org text not null,
      digest text not null,
      bytes bytea not null,
      primary key (org, digest)
    );
  `,
};
