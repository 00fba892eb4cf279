import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Ladder } from '../core/ladder.ts';
import type { PageSigns } from '../core/page-end.ts';
import type { PageSize } from '../core/page-size.ts';
import type { IdIdentity, Unplaced } from '../core/partition.ts';

/** Pages of lists that are paged by the number of rows to skip, and what may be believed of them. */

/**
 * Another read of the source has shown that rows of equal time do not come in the order of their tie-breaks, which this read
 * has relied on. Rows that it has given out may have been the wrong ones, so it may only begin again when there are none.
 */
export class OrderLost extends TributaryError {
  constructor(source: string) {
    super('SOURCE_BAD_RESPONSE', `${source}: the source does not keep the order that was asked for`, { source });
  }
}

/** What the vendor says beside the rows of a page. Any of it may be wrong. */
export interface PageFacts {
  /** How many rows the vendor counts in all under the same bounds; null where it does not say. */
  readonly total: number | null;
  /** The page size that the vendor says it used, where it says so. It may cap a page without a word, too. */
  readonly limit: number | null;
  /** Does a flag or link say that more rows follow? Null or left out: nothing says it. */
  readonly said?: boolean | null | undefined;
}

/** One native page in the order that was asked for. It may have fewer rows than were asked for and not be the last. */
export interface OffsetPage<T extends Ordered> extends PageFacts {
  readonly rows: readonly Unplaced<T>[];
}

/** A page of so many rows, which was asked for at an offset. */
interface PagePlace extends PageFacts {
  readonly offset: number;
  readonly count: number;
  readonly asked: number;
}

/** What the page shows of whether it is the last one. `full`: see `PageSigns`. */
export function signsOf({ offset, count, asked, limit, total, said }: PagePlace, full: number | null): PageSigns {
  const most = limit !== null && limit > 0 ? Math.min(limit, asked) : asked;
  return { start: offset, count, asked: most, total, said, full };
}

/** The vendor's count; null where it does not even count the rows of the page. */
export function countedBy({ count, offset, total }: Pick<PagePlace, 'offset' | 'count' | 'total'>): number | null {
  return total !== null && count > 0 && total < offset + count ? null : total;
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
  /** The name of the source, for error messages. */
  readonly source: string;
  /** Only ids can show whether a vendor repeats itself: two lines may well say the same. */
  readonly identity: IdIdentity<T>;
  /** The orders that the vendor can give. With one only, the other direction is read from the far end. */
  readonly orders: readonly ['ascending'] | readonly ['descending'] | readonly ['ascending', 'descending'];
  /**
   * Asked at each page: does native order also order rows of equal time by their tie-break
   * (`order=timestamp,id`)? Then a group of equal times need not be read to its end.
   */
  tieOrdered(): boolean;
  /** Asked at each read: can the vendor bound by time? (It may have refused once, and that is remembered.) */
  timeFilter(): boolean;
  /** A page of one row that is too large by itself may come cut. */
  fetch(request: OffsetRequest, call: Call): Promise<OffsetPage<T>>;
  /** What is remembered of the log: how many rows fit into an answer. */
  readonly size: PageSize;
  /** Sizes of the first page of a read that is bounded by time and needs few rows. Left out: it has the usual one. */
  readonly ladder?: Ladder | undefined;
  /** The cheapest question for the total; by default the total of the first page. */
  count?(call: Call): Promise<number | null>;
}

/** A page of at most so many rows: fewer where the answer would be too large. */
export async function fetchFitting<T extends Ordered>(
  options: OffsetOptions<T>,
  request: OffsetRequest,
  call: Call,
): Promise<OffsetPage<T>> {
  const { page, asked } = await options.size.fit(request.limit, (limit) => options.fetch({ ...request, limit }, call));
  if (asked === request.limit) return page;
  const said = page.limit !== null && page.limit > 0 ? page.limit : asked;
  return { ...page, limit: Math.min(said, asked) };
}
