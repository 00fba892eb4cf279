import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Partition, Unplaced } from './partition.ts';

/** A native record, and the rows that it stands for (none, one, or several: a run and its events). */
export interface KeyedRecord<T extends Ordered> {
  /** The record's id: what `after` and `before` name. */
  readonly id: string;
  /** What the vendor's list is sorted by, nanoseconds. */
  readonly time: bigint;
  /**
   * Rows of the record, their ties unique within it. Their times lie in [time, time + span]; a row that
   * claims to lie outside is placed at the nearer end (its own `timestamp` still says what it claims).
   */
  readonly rows: readonly (Unplaced<T> & { readonly tie: string })[];
}

export interface KeysetPage<T extends Ordered> {
  /** In native order. */
  readonly records: readonly KeyedRecord<T>[];
  readonly total: number | null;
  /** Does the vendor say that there is more in native direction (towards `after`)? Null: it does not say. */
  readonly more: boolean | null;
  /** Does this answer show that the vendor understands cursors? A dialect without them ignores the parameter. */
  readonly cursors: boolean;
}

export type KeysetRequest =
  | { readonly kind: 'first' }
  /** Records that follow / precede the record of that id in native order, nearest page. */
  | { readonly kind: 'after' | 'before'; readonly id: string }
  /** Rows to skip from the native start, counted from 0. */
  | { readonly kind: 'offset'; readonly offset: number };

export interface RecordKeysetOptions<T extends Ordered> {
  readonly key: string;
  readonly limit: number;
  /** How far a row may lie after its record in time, nanoseconds: a reader looks ahead that far to restore time order. */
  readonly span: bigint;
  fetch(request: KeysetRequest, call: Call): Promise<KeysetPage<T>>;
  /** Is this the error of an id that the vendor has purged or never had? Then the position is found by time. */
  isCursorRefused(error: unknown): boolean;
}

export declare function recordKeysetPartition<T extends Ordered>(options: RecordKeysetOptions<T>): Partition<T>;
