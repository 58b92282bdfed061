import { cut, type Parcel, sizeOf, takeBatch } from "./micro-batch.js";

const parcel = (partition: number, key: string, ...sizes: number[]): Parcel => ({
  partition,
  key,
  records: sizes.map((size) => new Uint8Array(size)),
});
const keys = (parcels: readonly Parcel[]) => parcels.map(({ key }) => key).join("");

describe("a micro-batch", () => {
  const max = 1_000;

  it("takes what waits, up to the limit of each partition", () => {
    const { batch, rest } = takeBatch([parcel(0, "a", 400), parcel(1, "b", 800), parcel(0, "c", 200)], max);
    expect([keys(batch), keys(rest)]).toEqual(["abc", ""]);
  });

  it("keeps the order of a partition: behind a parcel that must wait, a smaller one waits too", () => {
    const { batch, rest } = takeBatch(
      [parcel(0, "a", 600), parcel(0, "b", 600), parcel(0, "c", 1), parcel(1, "d", 1)],
      max,
    );
    expect([keys(batch), keys(rest)]).toEqual(["ad", "bc"]);
  });

  it("always takes the first of a partition, so that the queue empties", () => {
    expect(keys(takeBatch([parcel(0, "a", 5_000), parcel(0, "b", 1)], max).batch)).toBe("a");
    expect(takeBatch([], max)).toEqual({ batch: [], rest: [] });
  });

  it("cuts an append into pieces in order, none over the limit unless one record is", () => {
    const pieces = cut(
      [300, 300, 300, 5_000, 1].map((size) => new Uint8Array(size)),
      max,
    );
    expect(pieces.map((piece) => piece.map(({ length }) => length))).toEqual([[300, 300], [300], [5_000], [1]]);
    expect(sizeOf(pieces[0]!)).toBeLessThanOrEqual(max);
    expect(cut([], max)).toEqual([]);
  });
});
