import type { Opened, State } from "../incidents/state.js";
import { type Admitted, admit, type Newer } from "./admit.js";
import { beginning, type Folded, place } from "./fold.js";
import type {
  Alarm,
  BuilderMetrics,
  EventLogReader,
  FoldedEvent,
  FoldedIncident,
  FoldKeys,
  FoldStore,
  FoldTransaction,
  LoggedRecord,
  StatementSigner,
  Subscription,
} from "./ports.js";
import { statementPayload, statementToSign } from "./statement.js";

export interface BuilderParts {
  readonly reader: EventLogReader;
  readonly store: FoldStore;
  readonly keys: FoldKeys;
  readonly signer: StatementSigner;
  readonly alarm: Alarm;
  readonly metrics?: BuilderMetrics;
}

/**
 * Folds the event log into receipts, each record exactly once. Begins where the store stands; records that waited for an upgrade
 * are tried again first. It has no Temporal dependency: the log and the keys are all it takes.
 */
export async function runBuilder(parts: BuilderParts): Promise<Subscription> {
  for (const { org, inc } of await parts.store.waiting())
    await parts.store.transact(async (tx) => {
      const touched = new Touched(tx);
      await drain(parts, touched, org, inc);
      await finish(parts, tx, touched);
    });
  return parts.reader.subscribe(await parts.store.offsets(), (batch) => foldBatch(parts, batch));
}

/** A batch that doesn't begin where the store stands: records would be lost. Nothing of it is kept; it is delivered again. */
export class OffsetGap extends Error {
  override readonly name = "OffsetGap";
}

/**
 * One batch in one transaction. Records below the stored offset were folded by a transaction that was kept, and are passed over.
 * After a crash here the batch comes again and leads to the same rows.
 */
export async function foldBatch(parts: BuilderParts, batch: readonly LoggedRecord[]): Promise<void> {
  const [first] = batch;
  if (!first) return;
  try {
    await parts.store.transact((tx) => foldIn(parts, tx, first.partition, batch));
  } catch (error) {
    parts.alarm.raise(error instanceof OffsetGap ? "OFFSET_GAP" : "FOLD_FAILED", { detail: (error as Error).message });
    throw error;
  }
}

async function foldIn(
  parts: BuilderParts,
  tx: FoldTransaction,
  partition: number,
  batch: readonly LoggedRecord[],
): Promise<void> {
  let next = await tx.nextOffset(partition);
  const touched = new Touched(tx);
  for (const logged of batch) {
    if (logged.offset < next) continue;
    if (logged.offset > next)
      throw new OffsetGap(`partition ${partition}: expected offset ${next}, found ${logged.offset}`);
    await foldRecord(parts, tx, touched, logged);
    next++;
  }
  await finish(parts, tx, touched);
  await tx.setNextOffset(partition, next);
}

async function foldRecord(
  parts: BuilderParts,
  tx: FoldTransaction,
  touched: Touched,
  logged: LoggedRecord,
): Promise<void> {
  const admitted = admit(logged.bytes, parts.keys);
  if (admitted.kind === "rejected") return bury(parts, tx, logged, admitted.code, admitted.detail);
  const { org, inc, seq } = admitted.kind === "newer" ? admitted : admitted.event;
  const folded = await foldOne(touched, admitted);
  if (folded.kind === "rejected") return bury(parts, tx, logged, folded.code, folded.detail);
  parts.metrics?.counted(folded.kind);
  await consequence(parts, touched, { org, inc, seq, hash: admitted.hash, record: logged.bytes }, folded);
  if (folded.kind === "accepted") await drain(parts, touched, org, inc);
}

async function bury(
  parts: BuilderParts,
  tx: FoldTransaction,
  { partition, offset, bytes }: LoggedRecord,
  code: string,
  detail: string,
): Promise<void> {
  parts.metrics?.counted("rejected");
  await tx.addDeadLetter({ partition, offset, code, bytes });
  parts.alarm.raise("DEAD_LETTER", { detail: `partition ${partition}, offset ${offset}: ${code} ${detail}` });
}

/** A forked incident takes no more: duplicates are still known as such, everything else waits for people. */
async function foldOne(touched: Touched, admitted: Admitted | Newer): Promise<Folded> {
  const { org, inc, seq } = admitted.kind === "newer" ? admitted : admitted.event;
  const entry = await touched.entry(org, inc);
  const known = seq < entry.state.seq ? await touched.tx.hashAt(org, inc, seq) : null;
  const folded = place(entry.state, admitted, () => known);
  if (entry.status === "forked" && folded.kind !== "duplicate")
    return { kind: "fork", seq, hash: admitted.hash, known: entry.state.head };
  return folded;
}

async function consequence(
  { alarm }: BuilderParts,
  touched: Touched,
  event: FoldedEvent,
  folded: Exclude<Folded, { kind: "rejected" }>,
): Promise<void> {
  const { org, inc, seq } = event;
  switch (folded.kind) {
    case "duplicate":
      return;
    case "accepted":
      await touched.tx.addEvent(event);
      return touched.change(org, inc, { state: folded.state });
    case "fork":
      await touched.tx.holdBack(event);
      alarm.raise("FORK", { org, inc, seq, detail: `event ${seq}: ${event.hash} stands against ${folded.known}` });
      return touched.change(org, inc, { status: "forked" });
    case "gap":
      await touched.tx.holdBack(event);
      return touched.change(org, inc, {
        status: (await touched.entry(org, inc)).status === "held" ? "held" : "gapped",
      });
    case "held":
      await touched.tx.holdBack(event);
      alarm.raise("SCHEMA_NEWER", {
        org,
        inc,
        seq,
        detail: "a signed event is of a schema that this program doesn't know: upgrade it",
      });
      return touched.change(org, inc, { status: "held" });
  }
}

/** Folds what waited and now has its turn; the incident is well again where nothing waits any more. */
async function drain(parts: BuilderParts, touched: Touched, org: string, inc: string): Promise<void> {
  const { status } = await touched.entry(org, inc);
  if (status !== "gapped" && status !== "held") return;
  for (const waiting of await touched.tx.heldBack(org, inc)) {
    const admitted = admit(waiting.record, parts.keys);
    if (admitted.kind !== "admitted") return;
    const folded = await foldOne(touched, admitted);
    if (folded.kind === "gap") return;
    if (folded.kind === "rejected")
      return void parts.alarm.raise("FOLD_FAILED", { org, inc, seq: waiting.seq, detail: folded.detail });
    await touched.tx.release(org, inc, waiting.seq, waiting.hash);
    await consequence(parts, touched, waiting, folded);
    if (folded.kind === "fork") return;
  }
  touched.change(org, inc, { status: "ok" });
}

/** Stores where each incident of the batch stands now, with the builder's word on it; says which gaps opened or closed. */
async function finish({ signer, alarm }: BuilderParts, tx: FoldTransaction, touched: Touched): Promise<void> {
  for (const { org, inc, state, status, was, advanced } of touched.all()) {
    await tx.saveIncident(org, inc, { status, seq: state.seq, head: state.head, state: JSON.stringify(state) });
    if (status === "gapped" && was !== "gapped")
      alarm.raise("GAP", { org, inc, seq: state.seq, detail: `event ${state.seq} is missing; later ones wait` });
    if (status === "ok" && was === "gapped")
      alarm.raise("GAP_CLOSED", { org, inc, seq: state.seq, detail: "the missing event came" });
    if (!advanced || state.phase === "none") continue;
    const payload = statementPayload(state);
    await tx.saveHead(org, inc, { payload, keyid: signer.keyid, signature: signer.sign(statementToSign(payload)) });
  }
}

interface Entry {
  readonly org: string;
  readonly inc: string;
  readonly state: State;
  readonly status: FoldedIncident["status"];
  readonly was: FoldedIncident["status"];
  readonly advanced: boolean;
}

/** The incidents of one batch as they stand within its transaction. */
class Touched {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Set<string>();
  constructor(readonly tx: FoldTransaction) {}

  async entry(org: string, inc: string): Promise<Entry> {
    const name = `${org}/${inc}`;
    const known = this.#entries.get(name);
    if (known) return known;
    const stored = await this.tx.incident(org, inc);
    const state = stored ? (JSON.parse(stored.state) as State) : beginning(org, inc);
    const status = stored?.status ?? "ok";
    const entry: Entry = { org, inc, state, status, was: status, advanced: false };
    this.#entries.set(name, entry);
    return entry;
  }

  change(org: string, inc: string, change: { readonly state?: Opened; readonly status?: Entry["status"] }): void {
    const name = `${org}/${inc}`;
    const before = this.#entries.get(name)!;
    this.#entries.set(name, { ...before, ...change, advanced: before.advanced || change.state !== undefined });
    this.#changed.add(name);
  }

  all(): readonly Entry[] {
    return [...this.#changed].map((name) => this.#entries.get(name)!);
  }
}
