import type { Migration } from "../migrate.js";

/** What a deployment decided at its first start and can't change by being started otherwise. */
export const settings: Migration = {
  id: "settings-1",
  up: `
    create table deployment_settings (
      name text primary key,
      value text not null
    );
  `,
};
