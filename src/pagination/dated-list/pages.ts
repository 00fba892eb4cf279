import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Unplaced, Unreadable } from '../core/partition.ts';

/** A native page of a list whose rows have a time and an id. */
export interface DatedPage<T extends Ordered> {
  /** As the vendor gave them. */
  readonly rows: readonly Unplaced<T>[];
  /** How many rows the whole list has; null where the vendor does not say. */
  readonly total: number | null;
  /** Is there a page after this one? Null: only another call can tell. */
  readonly more: boolean | null;
  /** Rows of this page that could not be read. */
  readonly unreadable?: Unreadable | undefined;
}

/** A list whose pages have numbers. */
export interface DatedPages<T extends Ordered> {
  /** Rows on a full page. */
  readonly pageSize: number;
  idOf(row: Unplaced<T>): string;
  /** Asked before and after each page: does the list come newest first, as far as is known? */
  isNewestFirst(): boolean;
  fetch(index: number, call: Call): Promise<DatedPage<T>>;
}
