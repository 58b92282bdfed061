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
  const columns = cost[0]?.length ?? 0;
  const solution: Solution = { cost, rowAt: Array(columns).fill(-1), u: Array(cost.length).fill(0), v: Array(columns).fill(0) };
  for (let row = 0; row < cost.length; row++) augment(solution, row);
  const columnOf: number[] = [];
  solution.rowAt.forEach((row, column) => {
    if (row >= 0) columnOf[row] = column;
  });
  const total = columnOf.reduce((sum, column, row) => sum + cost[row]![column]!, 0);
  return { cost: total, columnOf, optimalColumns: (row) => optimalColumns(solution, columnOf, row) };
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
  for (; column !== -1; column = cameFrom[column]!) rowAt[column] = cameFrom[column] === -1 ? newRow : rowAt[cameFrom[column]!]!;
}

/**
 * A row may take a column without loss when the pair is tight and the column's holder, if any, can move on along tight pairs: to
 * the column that the row leaves, or to a free one, if the column left can stay empty.
 */
function optimalColumns(solution: Solution, columnOf: readonly number[], row: number): readonly number[] {
  const tight = solution.cost.map((_, other) => tightColumns(solution, other));
  const left = columnOf[row]!;
  const emptiable = canStayEmpty(solution, tight, columnOf, left);
  const ends = (column: number): boolean => column === left || (solution.rowAt[column] === -1 && emptiable);
  const movable = closure(columnOf, (other, known) =>
    other !== row && tight[other]!.some((column) => ends(column) || known.has(solution.rowAt[column]!)),
  );
  return tight[row]!.filter((column) => ends(column) || movable.has(solution.rowAt[column]!));
}

/** Leaving a column empty is free where its potential is 0; else another row must move into it from a column that can be. */
function canStayEmpty({ v }: Solution, tight: readonly (readonly number[])[], columnOf: readonly number[], left: number): boolean {
  const leavers = closure(columnOf, (row, known) => {
    const own = columnOf[row]!;
    return v[own] === 0 || [...known].some((other) => tight[other]!.includes(own));
  });
  return columnOf.some((column, row) => column === left && leavers.has(row));
}

/** The rows that a rule admits, given those that it has admitted already. */
function closure(rows: readonly unknown[], admits: (row: number, known: ReadonlySet<number>) => boolean): ReadonlySet<number> {
  const known = new Set<number>();
  for (let before = -1; before < known.size; ) {
    before = known.size;
    rows.forEach((_, row) => {
      if (!known.has(row) && admits(row, known)) known.add(row);
    });
  }
  return known;
}

const tightColumns = ({ cost, u, v }: Solution, row: number): readonly number[] =>
  cost[row]!.flatMap((price, column) => (price - u[row]! - v[column]! === 0 ? [column] : []));
