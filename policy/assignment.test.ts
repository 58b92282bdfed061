import fc from "fast-check";
import { assign } from "./assignment.js";

type Matrix = readonly (readonly number[])[];

/** Every injective choice of columns, with its cost. */
function* choices(cost: Matrix, taken: readonly number[] = []): Generator<readonly number[]> {
  if (taken.length === cost.length) return void (yield taken);
  for (let column = 0; column < cost[0]!.length; column++)
    if (!taken.includes(column)) yield* choices(cost, [...taken, column]);
}

const costOf = (cost: Matrix, choice: readonly number[]): number =>
  choice.reduce((sum, column, row) => sum + cost[row]![column]!, 0);

const matrices = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 })).chain(([rows, more]) =>
  fc.array(fc.array(fc.constantFrom(0, 1, 1, 100, 100000), { minLength: rows + more, maxLength: rows + more }), {
    minLength: rows,
    maxLength: rows,
  }),
);

describe("the assignment", () => {
  it("costs as little as the best of all choices", () =>
    fc.assert(
      fc.property(matrices, (cost) => {
        const best = Math.min(...[...choices(cost)].map((choice) => costOf(cost, choice)));
        const found = assign(cost);
        expect([found.cost, costOf(cost, found.columnOf)]).toEqual([best, best]);
        expect(new Set(found.columnOf).size).toBe(cost.length);
      }),
      { numRuns: 500 },
    ));

  it("names for a row exactly the columns of all optimal choices", () =>
    fc.assert(
      fc.property(matrices, (cost) => {
        const all = [...choices(cost)];
        const best = Math.min(...all.map((choice) => costOf(cost, choice)));
        const optimal = all.filter((choice) => costOf(cost, choice) === best);
        const found = assign(cost);
        cost.forEach((_, row) => {
          const columns = [...new Set(optimal.map((choice) => choice[row]!))].sort((a, b) => a - b);
          expect(found.optimalColumns(row)).toEqual(columns);
        });
      }),
      { numRuns: 500 },
    ));

  it("of no rows costs nothing", () => expect(assign([])).toMatchObject({ cost: 0, columnOf: [] }));
});
