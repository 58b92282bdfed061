import type { Attachments } from "../../activities/ports.js";
import type { Sql } from "../sql/sql.js";

/** Bytes by digest: the same digest is the same bytes, so that putting them twice is harmless. */
export const sqlAttachments = (sql: Sql): Attachments => ({
  put: async (org, digest, bytes) => {
    await sql.query("insert into attachments (org, digest, bytes) values ($1, $2, $3) on conflict do nothing", [
      org,
      digest,
      bytes,
    ]);
  },
  get: async (org, digest) => {
    const rows = await sql.query<{ bytes: Uint8Array }>(
      "select bytes from attachments where org = $1 and digest = $2",
      [org, digest],
    );
    return rows[0]?.bytes ?? null;
  },
});
