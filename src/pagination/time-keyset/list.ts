import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { AfterClock, TimeOrder } from './after-clock.ts';
import type { Ladder } from '../core/ladder.ts';
import type { PageSize } from '../core/page-size.ts';
import type { PageCap } from './page-cap.ts';
import type { Identity, Unplaced } from '../core/partition.ts';

export interface TimePage<T extends Ordered> {
  /** In the order that was asked for. May be fewer than were asked for, and not the last. */
  readonly rows: readonly Unplaced<T>[];
  /** Does the vendor say that there is more beyond this page? Null: it does not say. */
  readonly more: boolean | null;
  /** Null where the vendor does not count. */
  readonly total: number | null;
  /** Does the page lack a hint that it should have? Then what is left of them does not show the end. Left out: no. */
  readonly lacksHints?: boolean | undefined;
}

export interface TimeRequest {
  readonly order: TimeOrder;
  /** Exclusive: only rows beyond this instant in the direction of `order`, nanoseconds. Null: from the start. */
  readonly after: bigint | null;
  /** One of the classes of `classes`, to split a group of equal times; null: all rows. */
  readonly within: string | null;
  /** How many rows to give. A page of so few that no fewer are asked for may come with its rows cut. */
  readonly limit: number;
}

/** A page, and how many rows it was asked for. */
export interface AskedPage<T extends Ordered> extends TimePage<T> {
  readonly asked: number;
}

export interface TimeKeysetOptions<T extends Ordered> {
  readonly key: string;
  /** What is remembered of the log: how many rows fit into an answer. */
  readonly size: PageSize;
  /** Whether the source cuts pages down, as far as is known of it. */
  readonly cap: PageCap;
  readonly identity: Identity<T>;
  /** The clock that the vendor's `after` has, as far as it is known of the source. */
  readonly clock: AfterClock;
  fetch(request: TimeRequest, call: Call): Promise<TimePage<T>>;
  /**
   * Ways to split a group of equal times that is larger than a page: names that `fetch` understands as
   * `within`. None overlap; rows of a class that is not named are found only as far as two pages reach.
   */
  readonly classes: readonly string[];
  /** Sizes of the first page of a read that needs few rows. Left out: it has the usual one. */
  readonly ladder?: Ladder | undefined;
}

/** A page of as many rows as fit into an answer. */
export async function fetchFitting<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  request: Omit<TimeRequest, 'limit'>,
  call: Call,
  most = options.size.usual,
): Promise<AskedPage<T>> {
  const { page, asked } = await options.size.fit(most, (limit) => options.fetch({ ...request, limit }, call));
  return { ...page, asked };
}

/** How many of the rows are not stand-ins, which are others on each page. */
export function countReadable(rows: readonly Unplaced<Ordered>[]): number {
  return rows.filter(({ unreadable }) => unreadable === undefined).length;
}
