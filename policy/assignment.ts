/** An optimal choice of one column for every row. */
export interface Assignment {
  readonly cost: number;
  readonly columnOf: readonly number[];
  /** The columns that a row takes in some optimal assignment, not only in this one. */
  readonly optimalColumns: (row: number) => readonly number[];
}

/**
 * Min-cost assignment by the Hungarian method in its O(rows² · columns) form (shortest augmenting paths with potentials), on
 * integers. Rows ≤ columns. The same matrix always gives the same choice.
 */
export function assign(cost: readonly (readonly number[])[]): Assignment {
  const solution = greedy(cost);
  for (let row = 0; row < cost.length; row++) if (!solution.rowAt.includes(row)) augment(solution, row);
  const columnOf: number[] = [];
  solution.rowAt.forEach((row, column) => {
    if (row >= 0) columnOf[row] = column;
  });
  const total = columnOf.reduce((sum, column, row) => sum + cost[row]![column]!, 0);
  let optimal: readonly (readonly number[])[] | undefined;
  return {
    cost: total,
    columnOf,
    optimalColumns: (row) => {
      optimal ??= optimalColumns(solution, columnOf);
      return optimal[row]!;
    },
  };
}

/** Each row takes its first cheapest column that is still free: most rows need no more than that. */
function greedy(cost: readonly (readonly number[])[]): Solution {
  const columns = cost[0]?.length ?? 0;
  const u = cost.map((prices) => prices.reduce((least, price) => Math.min(least, price), Number.MAX_SAFE_INTEGER));
  const rowAt: number[] = Array(columns).fill(-1);
  cost.forEach((prices, row) => {
    const column = prices.findIndex((price, j) => price === u[row] && rowAt[j] === -1);
    if (column >= 0) rowAt[column] = row;
  });
  return { cost, rowAt, u, v: Array(columns).fill(0) };
}

interface Solution {
  readonly cost: readonly (readonly number[])[];
  /** −1: free. */
  readonly rowAt: number[];
  /** Potentials: cost − u − v ≥ 0 everywhere, = 0 on chosen pairs; v is ≤ 0, and 0 on free columns. */
  readonly u: number[];
  readonly v: number[];
}

/** Adds one row along a cheapest alternating path to a free column. One idea, so one function: it keeps the invariant above. */
function augment({ cost, rowAt, u, v }: Solution, newRow: number): void {
  const columns = rowAt.length;
  const distance: number[] = Array(columns).fill(Number.MAX_SAFE_INTEGER);
  const cameFrom: number[] = Array(columns).fill(-1);
  const done: boolean[] = Array(columns).fill(false);
  let row = newRow;
  let column = -1;
  for (;;) {
    let delta = Number.MAX_SAFE_INTEGER;
    let next = -1;
    for (let j = 0; j < columns; j++) {
      if (done[j]) continue;
      const reduced = cost[row]![j]! - u[row]! - v[j]!;
      if (reduced < distance[j]!) {
        distance[j] = reduced;
        cameFrom[j] = column;
      }
      if (distance[j]! < delta) {
        delta = distance[j]!;
        next = j;
      }
    }
    u[newRow]! += delta;
    for (let j = 0; j < columns; j++) {
      if (done[j]) {
        u[rowAt[j]!]! += delta;
        v[j]! -= delta;
      } else distance[j]! -= delta;
    }
    column = next;
    if (rowAt[column] === -1) break;
    done[column] = true;
    row = rowAt[column]!;
  }
  for (; column !== -1; column = cameFrom[column]!)
    rowAt[column] = cameFrom[column] === -1 ? newRow : rowAt[cameFrom[column]!]!;
}

/**
 * A row may take a column without loss when the pair is tight and the column's holder, if any, can move on along tight pairs: to
 * the column that the row leaves, or to a free one, if the column left can stay empty.
 */
function optimalColumns(solution: Solution, columnOf: readonly number[]): readonly (readonly number[])[] {
  const { rowAt } = solution;
  const tight = columnOf.map((_, row) => tightColumns(solution, row));
  const leavers = rowsThatCanLeave(solution, columnOf);
  return columnOf.map((left, row) => {
    const ends = (column: number): boolean => column === left || (rowAt[column] === -1 && leavers.has(row));
    const movable = closure(
      columnOf,
      (other, known) => other !== row && tight[other]!.some((column) => ends(column) || known.has(rowAt[column]!)),
    );
    return tight[row]!.filter((column) => ends(column) || movable.has(rowAt[column]!));
  });
}

/** A row's column can stay empty at no cost where its potential is 0; else another row must move in that can leave its own. */
const rowsThatCanLeave = (solution: Solution, columnOf: readonly number[]): ReadonlySet<number> =>
  closure(
    columnOf,
    (_, known, own) => solution.v[own] === 0 || [...known].some((other) => isTight(solution, other, own)),
  );

/** The rows that a rule admits, given those that it has admitted already. */
function closure(
  columnOf: readonly number[],
  admits: (row: number, known: ReadonlySet<number>, own: number) => boolean,
): ReadonlySet<number> {
  const known = new Set<number>();
  for (let before = -1; before < known.size; ) {
    before = known.size;
    columnOf.forEach((own, row) => {
      if (!known.has(row) && admits(row, known, own)) known.add(row);
    });
  }
  return known;
}

const isTight = ({ cost, u, v }: Solution, row: number, column: number): boolean =>
  cost[row]![column]! - u[row]! - v[column]! === 0;

const tightColumns = (solution: Solution, row: number): readonly number[] =>
  solution.rowAt.flatMap((_, column) => (isTight(solution, row, column) ? [column] : []));
