import { firstIndex } from '../domain/first-index.ts';

/** A long sequence that is read by index: stored or computed. */
export interface Sequence<T> {
  readonly length: number;
  at(index: number): T;
}

export const EMPTY: Sequence<never> = sequenceOf<never>([]);

export function sequenceOf<T>(rows: readonly T[]): Sequence<T> {
  return {
    length: rows.length,
    at(index) {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`There is no row ${index}.`);
      return row;
    },
  };
}

/** Adds a row to a list in order of time, behind the rows of its instant. */
export function insertByTime<T extends { readonly time: bigint }>(rows: T[], row: T): void {
  const list = sequenceOf(rows);
  rows.splice(
    firstIndex(0, rows.length, (index) => list.at(index).time > row.time),
    0,
    row,
  );
}

/** Two sorted sequences as one, without copying either. Of equal rows, those of `a` come first. */
export function mergeSorted<T>(a: Sequence<T>, b: Sequence<T>, compare: (x: T, y: T) => number): Sequence<T> {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return {
    length: a.length + b.length,
    at(index) {
      // How many of the first `index` rows come from `a`: the smallest number that skips no earlier row.
      const taken = firstIndex(Math.max(0, index - b.length), Math.min(index, a.length), (count) => {
        return count === a.length || index - count === 0 || compare(b.at(index - count - 1), a.at(count)) < 0;
      });
      const rest = index - taken;
      if (taken === a.length) return b.at(rest);
      if (rest === b.length) return a.at(taken);
      return compare(a.at(taken), b.at(rest)) <= 0 ? a.at(taken) : b.at(rest);
    },
  };
}
