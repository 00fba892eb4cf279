import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Unplaced, Unreadable } from '../core/partition.ts';

/** A native page of a list whose rows have a time and an id. */
export interface DatedPage<T extends Ordered> {
  /** In the vendor's order. */
  readonly rows: readonly Unplaced<T>[];
  /** The number of rows in the whole list; null if the vendor does not state it. */
  readonly total: number | null;
  /** Whether a page follows. Null: only another call can tell. */
  readonly more: boolean | null;
  /** Rows of this page that could not be read. */
  readonly unreadable?: Unreadable | undefined;
  /** Why rows are missing, where the list contradicts itself. */
  readonly contradiction?: string | undefined;
}

/** A list whose pages have numbers. */
export interface DatedPages<T extends Ordered> {
  /** Rows on a full page. */
  readonly pageSize: number;
  idOf(row: Unplaced<T>): string;
  /** Called before and after each page: true if the list comes newest first, as far as known. */
  isNewestFirst(): boolean;
  fetch(index: number, call: Call): Promise<DatedPage<T>>;
}
