import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, Hint, HintedRows } from './partition.ts';

/** `HintedRows` under construction. */
export interface RowsOut<T> {
  readonly rows: T[];
  readonly hints: (Hint | null)[];
}

export function noRows<T>(): RowsOut<T> {
  return { rows: [], hints: [] };
}

/** Keeps the rows that pass, with their hints. */
export function keepRows<T extends Ordered>(batch: Batch<T>, passes: (row: T) => boolean): Batch<T> {
  const kept = batch.rows.map(passes);
  if (!kept.includes(false)) return batch;
  return {
    ...batch,
    rows: batch.rows.filter((_, index) => kept[index]),
    hints: batch.hints.filter((_, index) => kept[index]),
  };
}

/**
 * Marks hints with the name of their list, for logs that can be read from several lists. `hintInto` removes the mark.
 */
export function hintsInto<B extends HintedRows<unknown>>(list: string, batch: B): B {
  return { ...batch, hints: batch.hints.map((hint) => (hint === null ? null : [list, hint])) };
}

/** The hint without its mark; null if it belongs to another list. */
export function hintInto(list: string, hint: Hint | null): Hint | null {
  return Array.isArray(hint) && hint.length === 2 && hint[0] === list ? ((hint as readonly Hint[])[1] ?? null) : null;
}
