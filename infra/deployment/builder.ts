import { unb64u } from "../../incidents/bytes.js";
import { runBuilder } from "../../receipts/builder.js";
import type { Alarm, BuilderMetrics, FoldKeys, Subscription } from "../../receipts/ports.js";
import { builderSigner, publicKeysOf } from "../keys/signers.js";
import type { KeyStore } from "../keys/store.js";
import { sqlFoldStore } from "../store/fold.js";
import type { Deployment } from "./deployment.js";

/** Folds the event log into receipts until it is closed. */
export const startBuilder = ({ log, sql, keys, say }: Deployment, metrics?: BuilderMetrics): Promise<Subscription> =>
  runBuilder({
    reader: log,
    store: sqlFoldStore(sql),
    keys: foldKeys(keys),
    signer: builderSigner(keys),
    alarm: sayingAlarm(say),
    metrics,
  });

export function foldKeys(keys: KeyStore): FoldKeys {
  const byRole = (role: "recorder" | "gateway") => {
    const known = new Map(publicKeysOf(keys, role).map(({ keyid, publicKey }) => [keyid, unb64u(publicKey)]));
    return (org: string, keyid: string) => (org === keys.org ? (known.get(keyid) ?? null) : null);
  };
  return { recorder: byRole("recorder"), gateway: byRole("gateway") };
}

/** Until alarms have a channel of their own they are loud lines of the process's log, each with its code. */
export const sayingAlarm = (say: (line: string) => void): Alarm => ({
  raise: (code, { org, inc, seq, detail }) =>
    say(`ALARM ${code} ${[org, inc, seq].filter((part) => part !== undefined).join("/")}: ${detail}`),
});
