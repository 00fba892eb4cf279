import { firstIndex } from '../../domain/first-index.ts';

/** A long sequence that is read by index: stored or computed. */
export interface Sequence<T> {
  readonly length: number;
  at(index: number): T;
}

/** Two sorted sequences as one, without copying either. `compare` never returns 0 for rows of different sequences. */
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
      return compare(a.at(taken), b.at(rest)) < 0 ? a.at(taken) : b.at(rest);
    },
  };
}
