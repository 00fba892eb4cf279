import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Ladder } from '../core/ladder.ts';
import type { PageSigns } from '../core/page-end.ts';
import type { PageSize } from '../core/page-size.ts';
import type { IdIdentity, Unplaced } from '../core/partition.ts';

/** Pages of lists with an offset, and which statements about them can be trusted. */

/**
 * Another read of the source has shown that rows of equal time do not come in the order of their tie-breaks, which this read
 * has relied on. Rows that it has given out may have been the wrong ones, so it may only begin again when there are none.
 */
export class OrderLost extends TributaryError {
  constructor(source: string) {
    super('SOURCE_BAD_RESPONSE', `${source}: the source does not keep the order that was asked for`, { source });
  }
}

/** What pages have shown of one log that is paged by offset, for all reads of it. */
export class OffsetFacts {
  /** True once a page has shown rows in another order than asked for. */
  isUnsorted = false;
}

/** A page has rows in another order of time than asked for, but none before those of earlier pages. */
export class RowsUnsorted extends Error {}

/** The vendor's statements about a page. Any of them may be wrong. */
export interface PageFacts {
  /** The vendor's count of all rows under the same bounds; null: not stated. */
  readonly total: number | null;
  /** The page size that the vendor reports, if any. It may also cap a page silently. */
  readonly limit: number | null;
  /** Whether a flag or link says that more rows follow. Null or undefined: not stated. */
  readonly said?: boolean | null | undefined;
}

/** One native page in the requested order. It may have fewer rows than requested without being the last. */
export interface OffsetPage<T extends Ordered> extends PageFacts {
  readonly rows: readonly Unplaced<T>[];
}

/** A page with `count` rows, requested with `asked` rows at an offset. */
interface PagePlace extends PageFacts {
  readonly offset: number;
  readonly count: number;
  readonly asked: number;
}

/** The signs that show whether the page is the last. `full`: see `PageSigns`. */
export function signsOf({ offset, count, asked, limit, total, said }: PagePlace, full: number | null): PageSigns {
  const most = limit !== null && limit > 0 ? Math.min(limit, asked) : asked;
  return { start: offset, count, asked: most, total, said, full };
}

export function countsOf({ rows, total }: OffsetPage<Ordered>): {
  readonly count: number;
  readonly total: number | null;
} {
  return { count: rows.length, total };
}

/** The vendor's count; null if it is lower than the rows already read. */
export function countedBy({ count, offset, total }: Pick<PagePlace, 'offset' | 'count' | 'total'>): number | null {
  return total !== null && count > 0 && total < offset + count ? null : total;
}

export interface OffsetRequest {
  /** Rows to skip, counted from 0. The connector of a vendor that counts from 1 adds one. */
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
  /** The orders that the vendor supports. With only one, the other direction is read from the far end. */
  readonly orders: readonly ['ascending'] | readonly ['descending'] | readonly ['ascending', 'descending'];
  /**
   * Called for each page: true if the native order also sorts rows of equal time by their tie-break
   * (`order=timestamp,id`). Then a group of equal times need not be read to its end.
   */
  tieOrdered(): boolean;
  /** Called for each read: true if the vendor can bound by time. A refusal is remembered. */
  timeFilter(): boolean;
  /** A page of one row that is too large by itself may come cut. */
  fetch(request: OffsetRequest, call: Call): Promise<OffsetPage<T>>;
  /** The page size of the log. */
  readonly size: PageSize;
  /** Sizes of the first page of a time-bounded read that needs few rows. Undefined: the usual size. */
  readonly ladder?: Ladder | undefined;
  /** The cheapest request for the total. Default: the total of the first page. */
  count?(call: Call): Promise<number | null>;
}

/** Fetches a page of at most `request.limit` rows, or fewer if the answer would be too large. */
export async function fetchFitting<T extends Ordered>(
  options: OffsetOptions<T>,
  request: OffsetRequest,
  call: Call,
): Promise<OffsetPage<T>> {
  const { page, asked } = await options.size.fit(request.limit, (limit) => options.fetch({ ...request, limit }, call));
  options.size.shown.saw(signsOf({ ...page, offset: request.offset, asked, count: page.rows.length }, null));
  if (asked === request.limit) return page;
  const said = page.limit !== null && page.limit > 0 ? page.limit : asked;
  return { ...page, limit: Math.min(said, asked) };
}
