import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, Hint, HintedRow } from './partition.ts';

/**
 * A row whose hint is made each time that it is asked for, by `make` from `at`: few rows of a page become cursors, and hints take more
 * memory than the rest of a row does in a merge. Do not spread it: a copy has no hint.
 */
export class LateHint<T, A> implements HintedRow<T> {
  readonly row: T;
  readonly #at: A;
  readonly #make: (row: T, at: A) => Hint | null;

  constructor(row: T, at: A, make: (row: T, at: A) => Hint | null) {
    this.row = row;
    this.#at = at;
    this.#make = make;
  }

  get hint(): Hint | null {
    return this.#make(this.row, this.#at);
  }
}

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
  const marked = (_: T, { hint }: HintedRow<T>): Hint | null => (hint === null ? null : [list, hint]);
  return { ...batch, rows: batch.rows.map((hinted) => new LateHint(hinted.row, hinted, marked)) };
}

/** The hint without its mark; null if it belongs to another list. */
export function hintInto(list: string, hint: Hint | null): Hint | null {
  return Array.isArray(hint) && hint.length === 2 && hint[0] === list ? ((hint as readonly Hint[])[1] ?? null) : null;
}
