import { randomBytes } from "node:crypto";
import { openPostgres } from "../../../infra/sql/postgres.js";
import { needPostgres } from "./parts.js";

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own on the test server, so that tests share nothing. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { url } = await needPostgres();
  const name = `cs_test_${randomBytes(8).toString("hex")}`;
  const server = openPostgres({ url, poolSize: 1, warn: () => {} });
  await server.query(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const drop = async () => {
    await server.query(`drop database ${name} with (force)`);
    await server.close();
  };
  return { url: own.href, drop };
}
