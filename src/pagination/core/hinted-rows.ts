import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, Hint, HintedRow } from './partition.ts';

/** The rows of a batch without their hints. */
export function rowsOf<T extends Ordered>({ rows }: Pick<Batch<T>, 'rows'>): T[] {
  return rows.map(({ row }) => row);
}

/** The rows with one hint for all of them. */
export function withHint<T>(rows: readonly T[], hint: Hint | null): HintedRow<T>[] {
  return rows.map((row) => ({ row, hint }));
}

/** Keeps the rows that pass, with their hints. */
export function keepRows<T extends Ordered>(batch: Batch<T>, passes: (row: T) => boolean): Batch<T> {
  const rows = batch.rows.filter(({ row }) => passes(row));
  return rows.length === batch.rows.length ? batch : { ...batch, rows };
}

/**
 * Marks hints with the name of their list, for logs that can be read from several lists. `hintInto` removes the mark.
 */
export function hintsInto<T extends Ordered>(list: string, batch: Batch<T>): Batch<T> {
  return { ...batch, rows: batch.rows.map(({ row, hint }) => ({ row, hint: hint === null ? null : [list, hint] })) };
}

/** The hint without its mark; null if it belongs to another list. */
export function hintInto(list: string, hint: Hint | null): Hint | null {
  return Array.isArray(hint) && hint.length === 2 && hint[0] === list ? ((hint as readonly Hint[])[1] ?? null) : null;
}
