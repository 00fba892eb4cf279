import { Mismatch } from '../../http/body/mismatch.ts';
import { fieldsOf } from './wire.ts';
import type { Fields } from './wire.ts';

/** A row that can't be read: what order or identity need is not there, or not what it should be. */
export interface OddRow {
  /** Where it stands on its page. */
  readonly index: number;
  /** `logged_at: expected a date-time, got a string`. */
  readonly reason: string;
}

/** The rows of a native page: those that can be read, in the page's order, and those that can't. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly odd: readonly OddRow[];
}

const NONE: readonly OddRow[] = [];

/** Reads each row of a list. A row that gives a `Mismatch` is odd, and takes no other row with it. */
export function rowsOf<T>(list: readonly unknown[], read: (row: Fields) => T): Rows<T> {
  const rows: T[] = [];
  let odd: OddRow[] | null = null;
  for (let index = 0; index < list.length; index += 1) {
    try {
      rows.push(read(fieldsOf(list[index])));
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      (odd ??= []).push({ index, reason: error.text });
    }
  }
  return { rows, odd: odd ?? NONE };
}

/** How many rows a list has, read or not. */
export function sizeOf({ rows, odd }: Rows<unknown>): number {
  return rows.length + odd.length;
}
