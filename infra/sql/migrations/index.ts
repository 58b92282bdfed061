import type { Migration } from "../migrate.js";
import { eventLog } from "./event-log.js";
import { fold } from "./fold.js";
import { record } from "./record.js";
import { services } from "./services.js";
import { settings } from "./settings.js";
import { vault } from "./vault.js";

/** Every migration, in the order in which they are applied. New ones go to the end. */
export const migrations: readonly Migration[] = [eventLog, vault, record, fold, services, settings];
