import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { AfterClock, TimeOrder } from './after-clock.ts';
import type { Ladder } from '../core/ladder.ts';
import type { PageSize } from '../core/page-size.ts';
import type { PageCap } from './page-cap.ts';
import type { Identity, Unplaced } from '../core/partition.ts';

export interface TimePage<T extends Ordered> {
  /** In the requested order. There may be fewer rows than requested even if the page is not the last. */
  readonly rows: readonly Unplaced<T>[];
  /** Whether the vendor says that more rows follow. Null: not stated. */
  readonly more: boolean | null;
  /** The vendor's count; null: it does not count. */
  readonly total: number | null;
  /**
   * True if the page lacks a sign that it should have. Then the remaining signs do not prove the end. Default: false.
   */
  readonly lacksHints?: boolean | undefined;
}

export interface TimeRequest {
  readonly order: TimeOrder;
  /** Exclusive: only rows beyond this instant in the direction of `order`, nanoseconds. Null: from the start. */
  readonly after: bigint | null;
  /** One of the classes of `classes`, to split a group of equal times; null: all rows. */
  readonly within: string | null;
  /** The number of rows to return. Rows of a page of the smallest size may be cut. */
  readonly limit: number;
}

/** A page with the number of rows requested. */
export interface AskedPage<T extends Ordered> extends TimePage<T> {
  readonly asked: number;
}

export interface TimeKeysetOptions<T extends Ordered> {
  readonly key: string;
  /** The page size of the log. */
  readonly size: PageSize;
  /** What is known about whether the source cuts pages. */
  readonly cap: PageCap;
  readonly identity: Identity<T>;
  /** What is known about the precision of the vendor's `after`. */
  readonly clock: AfterClock;
  fetch(request: TimeRequest, call: Call): Promise<TimePage<T>>;
  /**
   * Ways to split a group of equal times that is larger than a page: names that `fetch` understands as `within`.
   * Classes do not overlap. Rows outside all classes are found only as far as two pages reach.
   */
  readonly classes: readonly string[];
  /** Sizes of the first page of a read that needs few rows. Undefined: the usual size. */
  readonly ladder?: Ladder | undefined;
}

/** Fetches a page of as many rows as fit into an answer. */
export async function fetchFitting<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  request: Omit<TimeRequest, 'limit'>,
  call: Call,
  most = options.size.usual,
): Promise<AskedPage<T>> {
  const { page, asked } = await options.size.fit(most, (limit) => options.fetch({ ...request, limit }, call));
  // A class is a list of its own.
  if (request.within === null) options.size.shown.saw({ count: page.rows.length, asked, total: page.total });
  return { ...page, asked };
}

/** The number of readable rows. Stand-ins for unreadable rows differ on each page. */
export function countReadable(rows: readonly Unplaced<Ordered>[]): number {
  return rows.filter(({ unreadable }) => unreadable === undefined).length;
}
