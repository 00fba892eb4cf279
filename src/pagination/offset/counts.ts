import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { RowCounts, TimeSpan, Unplaced } from '../core/partition.ts';
import type { OffsetOptions, OffsetPage } from './page.ts';
import { countedBy } from './page.ts';

interface CountOptions<T extends Ordered> extends Pick<OffsetOptions<T>, 'fetch' | 'orders'>, Pick<RowCounts, 'tick'> {
  /** True if the row passes the filter that the source should apply. */
  readonly passes: (row: Unplaced<T>) => boolean;
}

/** Counts the rows of a list by offset: what a page within bounds says of all rows within them. */
export function offsetCounts<T extends Ordered>({ tick, fetch, orders, passes }: CountOptions<T>): RowCounts {
  async function page({ since, before }: TimeSpan, offset: number, limit: number, call: Call): Promise<OffsetPage<T>> {
    // The bounds of requests are inclusive.
    return fetch({ offset, limit, order: orders.at(-1) ?? orders[0], since, upTo: before - tick }, call);
  }

  async function within(span: TimeSpan, call: Call): Promise<number | null> {
    const { since, before } = span;
    if (since >= before) return 0;
    if (since % tick !== 0n || before % tick !== 0n) return null;
    const { rows, total } = await page(span, 0, 1, call);
    if (!rows.every((row) => row.time >= since && row.time < before && passes(row))) return null;
    // A count without a row, or a row without a count, contradicts itself.
    if ((total ?? 0) > 0 !== rows.length > 0) return null;
    return countedBy({ offset: 0, count: rows.length, total });
  }

  async function proven(span: TimeSpan, call: Call): Promise<number | null> {
    const count = await within(span, call);
    if (count === null || count === 0) return count;
    const { rows } = await page(span, count - 1, 2, call);
    const [last, ...others] = rows;
    if (last === undefined || others.length > 0) return null;
    const parts = await Promise.all([
      within({ since: span.since, before: last.time }, call),
      within({ since: last.time, before: last.time + tick }, call),
      within({ since: last.time + tick, before: span.before }, call),
    ]);
    if (parts.includes(null) || parts[1] === 0) return null;
    return sumOf(parts) === count ? count : null;
  }

  return { tick, within, proven };
}

function sumOf(counts: readonly (number | null)[]): number {
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
