import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Ladder } from '../core/ladder.ts';
import type { PageSize } from '../core/page-size.ts';
import type { Unplaced } from '../core/partition.ts';
import type { Reach, RecordTimes } from './scale.ts';

/** What a vendor with a list of records gives and takes. */

/** A native record, and the rows that it stands for (none, one, or several: a run and its events). */
export interface KeyedRecord<T extends Ordered> extends RecordTimes {
  /** The record's id: what `after` and `before` name. */
  readonly id: string;
  /** Is the id ours, because the vendor's could not be read? Then a walk goes on from another record. */
  readonly nameless?: boolean | undefined;
  /**
   * Rows of the record, their ties unique within the partition. A row that lies further from its record than `reach`
   * says is placed where that ends (its own `timestamp` still says what it claims).
   */
  readonly rows: readonly (Unplaced<T> & { readonly tie: string })[];
}

/** What the vendor says of a page beside its records is a hint: any of it may be wrong. */
export interface NativePage<T extends Ordered> {
  /** In native order. May be fewer than were asked for, and not the last. */
  readonly records: readonly KeyedRecord<T>[];
  readonly total: number | null;
  /** Does the vendor say that there is more in native direction (towards `after`)? Null: it does not say. */
  readonly more: boolean | null;
  /** Does it say that there is more against native direction (towards `before`)? Left out or null: it does not say. */
  readonly moreBefore?: boolean | null;
  /** Does this answer show that the vendor understands cursors? A dialect without them ignores the parameter. */
  readonly cursors: boolean;
}

export interface KeysetPage<T extends Ordered> extends NativePage<T> {
  /** How many records were asked for. */
  readonly asked: number;
}

export type KeysetRequest =
  | { readonly kind: 'first' }
  /** Records that follow / precede the record of that id in native order, nearest page. */
  | { readonly kind: 'after' | 'before'; readonly id: string }
  /** Records to skip from the native start, counted from 0. A vendor that counts from 1 may give one record earlier. */
  | { readonly kind: 'offset'; readonly offset: number };

/** Which way the lists of a source go, as records of two instants showed last; null: none has. All its walks share it. */
export interface ListOrder {
  newestFirst: boolean | null;
}

export interface RecordKeysetOptions<T extends Ordered> {
  readonly key: string;
  readonly order: ListOrder;
  /** How many records are asked for, as far as they fit into an answer. The vendor may give fewer without a word. */
  readonly size: PageSize;
  /** Smaller pages to begin with, where it is known of the log that one of them will do. Left out: none. */
  readonly ladder?: Ladder | undefined;
  readonly reach: Reach;
  /** At most `limit` records. One that is too large by itself may come cut. */
  fetch(request: KeysetRequest, limit: number, call: Call): Promise<NativePage<T>>;
  /** Is this the error of an id that the vendor has purged or never had? Then the position is found by time. */
  isCursorRefused(error: unknown): boolean;
}

/** A page of as many records as fit into an answer, and `most` at the most. */
export async function fetchFitting<T extends Ordered>(
  options: RecordKeysetOptions<T>,
  request: KeysetRequest,
  call: Call,
  most = options.size.usual,
): Promise<KeysetPage<T>> {
  const { page, asked } = await options.size.fit(most, (limit) => options.fetch(request, limit, call));
  return { ...page, asked };
}
