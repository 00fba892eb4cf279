import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Identity, Partition, Unplaced } from './partition.ts';

export interface TimePage<T extends Ordered> {
  /** In the order that was asked for. */
  readonly rows: readonly Unplaced<T>[];
  /** Is there more beyond this page? */
  readonly more: boolean;
  /** Null where the vendor does not count. */
  readonly total: number | null;
}

export interface TimeRequest {
  readonly order: 'ascending' | 'descending';
  /** Exclusive: only rows beyond this instant in the direction of `order`, nanoseconds. Null: from the start. */
  readonly after: bigint | null;
  /** One of the classes of `classes`, to split a group of equal times; null: all rows. */
  readonly within: string | null;
}

export interface TimeKeysetOptions<T extends Ordered> {
  readonly key: string;
  readonly limit: number;
  readonly identity: Identity<T>;
  /** The finest step that the vendor's `after` is sure to tell apart, nanoseconds. */
  readonly resolution: bigint;
  fetch(request: TimeRequest, call: Call): Promise<TimePage<T>>;
  /**
   * Ways to split a group of equal times that is larger than a page: names that `fetch` understands as
   * `within`. Together they cover every row; none overlap.
   */
  readonly classes: readonly string[];
}

export declare function timeKeysetPartition<T extends Ordered>(options: TimeKeysetOptions<T>): Partition<T>;
