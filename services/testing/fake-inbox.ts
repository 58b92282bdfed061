import type { Inbox, NewDelivery } from "../alerts/ports.js";
import type { Vault } from "../ports.js";

/** The inbox's intake half in memory; its dispatching half is tested on the real store. */
export function fakeInbox(_vault: Vault): Inbox {
  const rows: NewDelivery[] = [];
  const same = (a: NewDelivery, b: NewDelivery) =>
    a.source === b.source && a.identity === b.identity && a.startsAt === b.startsAt && a.status === b.status;
  return {
    put: async (deliveries) =>
      deliveries.map((delivery) => {
        const known = rows.find((row) => same(row, delivery));
        if (!known) rows.push(delivery);
        const { delivery: id, triage } = known ?? delivery;
        return { delivery: id, incident: null, triage, repeated: known !== undefined };
      }),
    turn: async () => "idle",
    sent: async () => {},
    ended: async () => {},
    postponed: async () => {},
    resend: async () => {},
    unsettled: async () => [],
    settled: async () => {},
    refused: async () => {},
    triage: async (_org, limit) =>
      rows
        .filter(({ triage }) => triage !== null)
        .slice(0, limit)
        .map(({ delivery, source, triage, receivedAt }) => ({
          delivery,
          source,
          code: triage!,
          receivedAt,
          repeats: 0,
        })),
    waiting: async () => rows.filter(({ key }) => key !== null).length,
  };
}
