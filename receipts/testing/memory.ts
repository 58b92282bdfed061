import type {
  DeadLetter,
  EventLogReader,
  FoldedEvent,
  FoldedIncident,
  FoldStore,
  FoldTransaction,
  LoggedRecord,
  ReceiptHead,
} from "../ports.js";

/** A fold store in memory that undoes a transaction that throws, as SQL does. */
export interface MemoryStore extends FoldStore {
  readonly read: () => Readonly<Rows>;
}

interface Rows {
  offsets: number[];
  incidents: Map<string, FoldedIncident>;
  events: Map<string, FoldedEvent>;
  waiting: FoldedEvent[];
  heads: Map<string, ReceiptHead>;
  dead: DeadLetter[];
}

export function memoryStore(): MemoryStore {
  let rows: Rows = {
    offsets: Array(12).fill(0),
    incidents: new Map(),
    events: new Map(),
    waiting: [],
    heads: new Map(),
    dead: [],
  };
  return {
    read: () => rows,
    offsets: async () => [...rows.offsets],
    waiting: async () => [...new Map(rows.waiting.map(({ org, inc }) => [`${org}/${inc}`, { org, inc }])).values()],
    transact: async (work) => {
      const copy: Rows = {
        offsets: [...rows.offsets],
        incidents: new Map(rows.incidents),
        events: new Map(rows.events),
        waiting: [...rows.waiting],
        heads: new Map(rows.heads),
        dead: [...rows.dead],
      };
      const result = await work(transactionOn(copy));
      rows = copy;
      return result;
    },
  };
}

const transactionOn = (rows: Rows): FoldTransaction => ({
  nextOffset: async (partition) => rows.offsets[partition]!,
  setNextOffset: async (partition, offset) => void (rows.offsets[partition] = offset),
  incident: async (org, inc) => rows.incidents.get(`${org}/${inc}`) ?? null,
  saveIncident: async (org, inc, folded) => void rows.incidents.set(`${org}/${inc}`, folded),
  hashAt: async (org, inc, seq) => rows.events.get(`${org}/${inc}/${seq}`)?.hash ?? null,
  addEvent: async (event) => void rows.events.set(`${event.org}/${event.inc}/${event.seq}`, event),
  holdBack: async (event) => void (rows.waiting.some(({ hash }) => hash === event.hash) || rows.waiting.push(event)),
  heldBack: async (org, inc) =>
    rows.waiting.filter((e) => e.org === org && e.inc === inc).sort((a, b) => a.seq - b.seq),
  release: async (_org, _inc, _seq, hash) => void (rows.waiting = rows.waiting.filter((e) => e.hash !== hash)),
  addDeadLetter: async (letter) => void rows.dead.push(letter),
  saveHead: async (org, inc, head) => void rows.heads.set(`${org}/${inc}`, head),
});

/** A log that is delivered once, whole, in batches of a size. */
export const memoryLog = (records: readonly LoggedRecord[], batchSize: number): EventLogReader => ({
  ends: async () => Array.from({ length: 12 }, (_, p) => records.filter((r) => r.partition === p).length),
  subscribe: async (from, handle) => {
    for (let p = 0; p < 12; p++) {
      const mine = records.filter((r) => r.partition === p && r.offset >= from[p]!);
      for (let i = 0; i < mine.length; i += batchSize) await handle(mine.slice(i, i + batchSize));
    }
    return { close: async () => {} };
  },
});
