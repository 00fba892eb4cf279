import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Identity, Partition, Unplaced } from './partition.ts';

/** One native page in the order that was asked for. */
export interface OffsetPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** How many rows the vendor counts in all under the same bounds; null where it does not say. */
  readonly total: number | null;
  /** The page size that the vendor really used, where it says so (it may cap silently). */
  readonly limit: number | null;
}

export interface OffsetRequest {
  /** Rows to skip, counted from 0. A vendor that counts from 1 adds one in its connector. */
  readonly offset: number;
  readonly limit: number;
  readonly order: 'ascending' | 'descending';
  /** Only rows at or after this instant (nanoseconds), where `timeFilter` says that the vendor can. */
  readonly since?: bigint | undefined;
  /** Only rows at or before this instant (nanoseconds), inclusive, where `timeFilter` says that the vendor can. */
  readonly upTo?: bigint | undefined;
}

export interface OffsetOptions<T extends Ordered> {
  readonly key: string;
  /** The native page size, within the vendor's cap. */
  readonly limit: number;
  readonly identity: Identity<T>;
  /** The orders that the vendor can give. With one only, the other direction is read from the far end. */
  readonly orders: readonly ['ascending'] | readonly ['descending'] | readonly ['ascending', 'descending'];
  /**
   * Does native order also order rows of equal time by their tie-break (`order=timestamp,id`)? Then a
   * group of equal times need not be read to its end.
   */
  readonly tieOrdered: boolean;
  /** Asked at each read: can the vendor bound by time? (It may have refused once, and that is remembered.) */
  timeFilter(): boolean;
  fetch(request: OffsetRequest, call: Call): Promise<OffsetPage<T>>;
  /** The cheapest question for the total; by default the total of the first page. */
  count?(call: Call): Promise<number | null>;
}

export declare function offsetPartition<T extends Ordered>(options: OffsetOptions<T>): Partition<T>;
