import type { Call } from '../../../domain/call.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import type { AfterClock } from '../../../pagination/time-keyset/after-clock.ts';
import type { PageCap } from '../../../pagination/time-keyset/page-cap.ts';
import { timeKeysetPartition } from '../../../pagination/time-keyset/time-keyset.ts';
import type { LogPaging } from '../description/paging-options.ts';
import { timeText } from '../description/times.ts';
import type { LogRow } from '../../shared/entries.ts';
import type { WirePage } from '../wire.ts';
import { fetchPage } from './page.ts';
import type { NativeLog, DecodedPage, Order } from './page.ts';

type TimePaging = Extract<LogPaging, { scheme: 'time' }>;

/** Facts learned about one source. */
export interface TimeFacts {
  readonly clock: AfterClock;
  readonly cap: PageCap;
}

/** A log whose pages begin after a time. */
export function timeLog(log: NativeLog<TimePaging>, { clock, cap }: TimeFacts): Partition<LogRow> {
  const { paging, sizes, job } = log;
  const size = sizes.of(job);

  function fetch(order: Order, after: bigint | null, limit: number, call: Call): Promise<DecodedPage> {
    const isAscending = order === 'ascending';
    const name = isAscending ? paging.parameter : (paging.descendingParameter ?? paging.parameter);
    const bound = after === null ? null : timeText(after, paging.format, isAscending ? 'down' : 'up');
    const isLast = (page: WirePage<unknown>): boolean => {
      const count = page.data.length + page.odd.length;
      return count === 0 || !(page.more ?? count >= limit);
    };
    const [parameters, isLeast] = [[[name, bound] as const], limit <= size.least];
    const asked = { order, limit, parameters, isLeast, isFirst: after === null, start: null, isLast };
    return fetchPage(log, asked, call);
  }

  /**
   * Finds out whether more follows a page without any statement about it. A page that is not full may be cut, so the
   * page that begins at its end is read.
   */
  async function looksFurther({ rows }: DecodedPage, order: Order, limit: number, call: Call): Promise<boolean | null> {
    const last = rows.at(-1);
    if (last === undefined) return false;
    if (rows.length >= limit) return null;
    const before = order === 'ascending' ? last.time - clock.step : last.time + clock.step;
    const next = await fetch(order, before, limit, call);
    const known = new Set(rows.map(({ logId }) => logId));
    return next.rows.some(({ logId, unreadable }) => unreadable === undefined && !known.has(logId));
  }

  return timeKeysetPartition<LogRow>({
    key: '',
    size,
    cap,
    clock,
    identity: { by: 'id', of: (row) => row.logId },
    classes: [],
    async fetch({ order, after, limit }, call) {
      const page = await fetch(order, after, limit, call);
      const more = page.more ?? (await looksFurther(page, order, limit, call));
      return { rows: page.rows, more, total: after === null ? totalOf(page.total, page.count) : null };
    },
  });
}

/** Drops a count that is lower than the rows of the page. */
function totalOf(total: number | null, count: number): number | null {
  return total !== null && total < count ? null : total;
}
