import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Ladder } from '../core/ladder.ts';
import type { PageSize } from '../core/page-size.ts';
import type { Unplaced } from '../core/partition.ts';
import type { Reach, RecordTimes } from './scale.ts';

/** The interface of a vendor with a list of records. */

/** A native record with its rows (none, one, or several: a run and its events). */
export interface KeyedRecord<T extends Ordered> extends RecordTimes {
  /** The record's id: what `after` and `before` name. */
  readonly id: string;
  /** True if the id is ours because the vendor's could not be read. Then a walk continues from another record. */
  readonly nameless?: boolean | undefined;
  /** True while the vendor may still move the record in its list, and change its times. It has no rows that must keep their places. */
  readonly mayMove?: boolean | undefined;
  /**
   * Rows of the record, their ties unique within the partition. A row that lies further from its record than `reach`
   * says is placed where that ends (its own `timestamp` still says what it claims).
   */
  readonly rows: readonly (Unplaced<T> & { readonly tie: string })[];
}

/** The vendor's statements about a page are hints: any of them may be wrong. */
export interface NativePage<T extends Ordered> {
  /** In native order. There may be fewer records than requested even if the page is not the last. */
  readonly records: readonly KeyedRecord<T>[];
  readonly total: number | null;
  /** Whether the vendor says that more records follow in native order (towards `after`). Null: not stated. */
  readonly more: boolean | null;
  /** Whether it says that more records precede (towards `before`). Undefined or null: not stated. */
  readonly moreBefore?: boolean | null;
  /** True if this answer shows that the vendor supports cursors. A dialect without them ignores the parameter. */
  readonly cursors: boolean;
}

export interface KeysetPage<T extends Ordered> extends NativePage<T> {
  /** The number of records requested. */
  readonly asked: number;
}

/** A page with the offset that it was asked for. */
export interface FoundPage<T extends Ordered> {
  readonly page: KeysetPage<T>;
  readonly offset: number;
}

export type KeysetRequest =
  | { readonly kind: 'first' }
  /** Records that follow / precede the record of that id in native order, nearest page. */
  | { readonly kind: 'after' | 'before'; readonly id: string }
  /** Records to skip from the native start, counted from 0. A vendor that counts from 1 may give one record earlier. */
  | { readonly kind: 'offset'; readonly offset: number };

/**
 * The order of a source's lists, as last shown by records of two instants; null: unknown. Shared by all walks of the
 * source.
 */
export interface ListOrder {
  newestFirst: boolean | null;
  /** Whether records are sorted by their latest time, and not by their earliest. Undefined: not shown. */
  byLatest?: boolean;
}

export interface RecordKeysetOptions<T extends Ordered> {
  readonly key: string;
  readonly order: ListOrder;
  /** How many records are asked for, as far as they fit into an answer. The vendor may give fewer without a word. */
  readonly size: PageSize;
  /** Smaller first pages, used if the log is known to need no larger one. Undefined: none. */
  readonly ladder?: Ladder | undefined;
  readonly reach: Reach;
  /** At most `limit` records. One that is too large by itself may come cut. */
  fetch(request: KeysetRequest, limit: number, call: Call): Promise<NativePage<T>>;
  /** True for the error of an id that the vendor has purged or never had. Then the position is found by time. */
  isCursorRefused(error: unknown): boolean;
}

/** Fetches a page of as many records as fit into an answer, at most `most`. */
export async function fetchFitting<T extends Ordered>(
  options: RecordKeysetOptions<T>,
  request: KeysetRequest,
  call: Call,
  most = options.size.usual,
): Promise<KeysetPage<T>> {
  const { page, asked } = await options.size.fit(most, (limit) => options.fetch(request, limit, call));
  options.size.shown.saw({ count: page.records.length, asked, total: page.total });
  return { ...page, asked };
}
