import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { AfterClock } from './after-clock.ts';
import type { Batch, Identity, Partition, ReadRequest, Unplaced } from './partition.ts';
import { batchOf, TieGroups } from './tie-groups.ts';
import { TimeWalk } from './time-walk.ts';

/**
 * Lists that are continued after a time alone. Such a page loses the rows that share the time of its last
 * one, so each page here begins one tick before the group that the page before left open, and reads that
 * group again. Should the group not come again, the vendor's clock is coarser than was thought (`AfterClock`).
 * A group larger than a page is split by what the vendor can filter, and read from both ends.
 */

export type TimeOrder = 'ascending' | 'descending';

export interface TimePage<T extends Ordered> {
  /** In the order that was asked for. May be fewer than were asked for, and not the last. */
  readonly rows: readonly Unplaced<T>[];
  /** Does the vendor say that there is more beyond this page? Null: it does not say. */
  readonly more: boolean | null;
  /** Null where the vendor does not count. */
  readonly total: number | null;
}

export interface TimeRequest {
  readonly order: TimeOrder;
  /** Exclusive: only rows beyond this instant in the direction of `order`, nanoseconds. Null: from the start. */
  readonly after: bigint | null;
  /** One of the classes of `classes`, to split a group of equal times; null: all rows. */
  readonly within: string | null;
}

export interface TimeKeysetOptions<T extends Ordered> {
  readonly key: string;
  /** How many rows are asked for. */
  readonly limit: number;
  readonly identity: Identity<T>;
  /** The clock that the vendor's `after` has, as far as it is known of the source. */
  readonly clock: AfterClock;
  fetch(request: TimeRequest, call: Call): Promise<TimePage<T>>;
  /**
   * Ways to split a group of equal times that is larger than a page: names that `fetch` understands as
   * `within`. None overlap; rows of a class that is not named are found only as far as two pages reach.
   */
  readonly classes: readonly string[];
}

export function timeKeysetPartition<T extends Ordered>(options: TimeKeysetOptions<T>): Partition<T> {
  return {
    key: options.key,
    read: (request, call) => read(options, request, call),
    async count(call) {
      return (await options.fetch({ order: 'ascending', after: null, within: null }, call)).total;
    },
  };
}

async function* read<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const groups = new TieGroups<T>({ identity: options.identity, ...request });
  const walk = new TimeWalk(options, request, call);
  for (;;) {
    const { rows, isEnd, truncated } = await walk.next();
    groups.expectAgain();
    const out = groups.push(rows.map((row) => ({ row, hint: null })));
    if (groups.ended || isEnd) {
      const rest = groups.ended ? { rows: [], hints: [] } : groups.finish();
      const all = { rows: [...out.rows, ...rest.rows], hints: [...out.hints, ...rest.hints] };
      yield batchOf(all, false, walk.takeCount(), truncated);
      return;
    }
    yield batchOf(out, groups.pendingCount > 0 ? groups.pendingIsWanted : null, walk.takeCount(), truncated);
  }
}
