import type { Ordered } from '../../domain/ordered.ts';
import type { ReadRequest, Unplaced } from '../core/partition.ts';
import type { TimeOrder } from './after-clock.ts';
import { isAhead } from './tick-reader.ts';

/**
 * The rows up to the first one behind those that are needed, and behind the instant of the last of them. Those behind them are
 * left for the next page: so near to the end of a page, one that is out of order may be missing. All rows where they are fewer.
 */
export function upToNeed<T extends Ordered>(
  rows: readonly Unplaced<T>[],
  order: TimeOrder,
  { from, need }: ReadRequest<T>,
): readonly Unplaced<T>[] {
  const begin = from === null ? 0 : rows.findIndex(({ time }) => isAhead(order, time, from.time));
  if (begin === -1) return rows;
  const last = rows[begin + need - 1]?.time;
  if (last === undefined) return rows;
  const end = rows.findIndex(({ time }) => isAhead(order, time, last));
  return end === -1 ? rows : rows.slice(0, end + 1);
}
