import { partitionOf } from "../../../incidents/partition.js";
import type { LoggedRecord } from "../../../receipts/ports.js";
import { bytes, collect, fromStart, neighbours, readAll, text } from "./collect.js";
import { killWriterAfter } from "./killed-writer.js";
import { type LogAddress, type OpenLog, openLog } from "./open-log.js";

/** An empty log of its own for each test. */
export interface Place {
  readonly address: LogAddress;
  remove(): Promise<void>;
}

const ORG = "acme";
const INC = "inc_0000000000000000000000000a";
const OTHER = "inc_0000000000000000000000000b";
const PARTITION = partitionOf(ORG, INC);

/** The contract of the ports EventLogWriter and EventLogReader. Every adapter is held to it, unchanged. */
export function itIsAnEventLog(makePlace: () => Promise<Place>): void {
  let place: Place;
  let log: OpenLog;

  beforeEach(async () => {
    place = await makePlace();
    log = await openLog(place.address);
  }, 60_000);
  afterEach(async () => {
    await log?.close();
    await place?.remove();
  }, 60_000);

  it("keeps the order of an incident, within an append and from one to the next", async () => {
    await log.append(ORG, INC, [bytes("0"), bytes("1")]);
    await log.append(ORG, OTHER, [bytes("other")]);
    await log.append(ORG, INC, [bytes("2")]);
    const records = (await readAll(log)).filter((record) => text(record) !== "other");
    expect(records.map(text)).toEqual(["0", "1", "2"]);
    expect(records.map(({ partition }) => partition)).toEqual([PARTITION, PARTITION, PARTITION]);
  }, 60_000);

  it("tells where each partition ends", async () => {
    expect(await log.ends()).toEqual(fromStart);
    await log.append(ORG, INC, [bytes("0"), bytes("1")]);
    expect(await log.ends()).toEqual(fromStart.with(PARTITION, 2));
  }, 60_000);

  it("takes an append of nothing", async () => {
    await log.append(ORG, INC, []);
    expect(await log.ends()).toEqual(fromStart);
  }, 60_000);

  it("takes the same bytes again", async () => {
    await log.append(ORG, INC, [bytes("0")]);
    await log.append(ORG, INC, [bytes("0")]);
    expect((await readAll(log)).map(text)).toEqual(["0", "0"]);
  }, 60_000);

  it("delivers what is appended while someone listens", async () => {
    const seen = collect(log, fromStart, (records) => records.length === 2);
    await log.append(ORG, INC, [bytes("0")]);
    await log.append(ORG, OTHER, [bytes("1")]);
    expect((await seen).map(text).toSorted()).toEqual(["0", "1"]);
  }, 60_000);

  it("goes on from a stored offset", async () => {
    await log.append(ORG, INC, [bytes("0"), bytes("1"), bytes("2")]);
    const records = await readAll(log, fromStart.with(PARTITION, 1));
    expect(records.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(records.map(text)).toEqual(["1", "2"]);
  }, 60_000);

  it("refuses a reader whose offset lies beyond the end: it has lost records or is another log", async () => {
    await log.append(ORG, INC, [bytes("0")]);
    const beyond = log.subscribe(fromStart.with(PARTITION, 2), async () => {});
    await expect(beyond).rejects.toMatchObject({ code: "LOG_BEHIND_READER" });
  }, 60_000);

  it("delivers a batch again when its handler throws, and nothing of its partition in between", async () => {
    await log.append(ORG, INC, [bytes("0"), bytes("1")]);
    const offsets: number[][] = [];
    const done = Promise.withResolvers<void>();
    const subscription = await log.subscribe(fromStart, async (batch) => {
      offsets.push(batch.map(({ offset }) => offset));
      if (offsets.length < 3) throw new Error("the store is down");
      done.resolve();
    });
    await done.promise;
    await subscription.close();
    expect(offsets.map(([first]) => first)).toEqual([0, 0, 0]);
  }, 60_000);

  it("goes on with the other partitions while one handler fails", async () => {
    expect(partitionOf(ORG, OTHER)).not.toBe(PARTITION);
    await log.append(ORG, INC, [bytes("poison")]);
    const other = Promise.withResolvers<LoggedRecord>();
    const subscription = await log.subscribe(fromStart, async ([record]) => {
      if (record!.partition === PARTITION) throw new Error("held");
      other.resolve(record!);
    });
    await log.append(ORG, OTHER, [bytes("fine")]);
    expect(text(await other.promise)).toBe("fine");
    await subscription.close();
  }, 60_000);

  it("runs one handler of a partition at a time, and none after close", async () => {
    let running = 0;
    let most = 0;
    let seen = 0;
    const subscription = await log.subscribe(fromStart, async (batch) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen += batch.length;
      running--;
    });
    for (let n = 0; n < 20; n++) await log.append(ORG, INC, [bytes(String(n))]);
    await subscription.close();
    expect(running).toBe(0);
    expect(most).toBeLessThanOrEqual(1);
    const before = seen;
    await log.append(ORG, INC, [bytes("later")]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toBe(before);
  }, 60_000);

  it("gives concurrent appenders of one partition gapless offsets, in the order in which a reader meets them", async () => {
    const incidents = neighbours(ORG, 8);
    const each = 25;
    const seen = collect(log, fromStart, (records) => records.length >= incidents.length * each);
    await Promise.all(incidents.map((inc) => appendOneByOne(log, inc, each)));
    const records = await seen;
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: incidents.length * each }, (_, n) => n));
    for (const inc of incidents) {
      const own = records.map(text).filter((line) => line.startsWith(inc));
      expect(own).toEqual(Array.from({ length: each }, (_, n) => `${inc} ${n}`));
    }
  }, 60_000);

  it("takes records of 1 MiB and of the size limit, several at once, byte for byte", async () => {
    const records = [1 << 20, 1 << 20, 4 * (1 << 20) - 4096].map((size, n) => new Uint8Array(size).fill(n + 1));
    await log.append(ORG, INC, records);
    const read = await readAll(log);
    expect(read.map((record) => record.bytes.length)).toEqual(records.map(({ length }) => length));
    expect(read.map((record, n) => Buffer.compare(record.bytes, records[n]!))).toEqual([0, 0, 0]);
  }, 60_000);

  it("refuses a record over the limit, and goes on", async () => {
    const large = log.append(ORG, INC, [new Uint8Array(4 * (1 << 20))]);
    await expect(large).rejects.toMatchObject({ code: "RECORD_TOO_LARGE" });
    await log.append(ORG, INC, [bytes("0")]);
    expect((await readAll(log)).map(text)).toEqual(["0"]);
  }, 60_000);

  it("holds every acknowledged record after its writer was killed with -9, in order", async () => {
    await log.close();
    const last = await killWriterAfter(40, { address: place.address, org: ORG, inc: INC });
    log = await openLog(place.address);
    const numbers = (await readAll(log)).map((record) => Number(text(record)));
    // The one in flight at the kill may be there or not.
    expect(numbers.length).toBeGreaterThanOrEqual(last + 1);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => n));
  }, 60_000);
}

async function appendOneByOne(log: OpenLog, inc: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await log.append(ORG, inc, [bytes(`${inc} ${n}`)]);
}
